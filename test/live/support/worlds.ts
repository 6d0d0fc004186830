/** The real world of a plan over a real server, for live tests; what a test leaves running is ended after it. */
import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach } from 'vitest';
import { createWorld, type WorldSettings } from '../../../src/adapters/apply/index.ts';
import { placeNamed } from '../../../src/adapters/place/index.ts';
import type { RunningServer, StartOptions } from '../../../src/adapters/servers/index.ts';
import type { Claim, PlanNode } from '../../../src/model/index.ts';
import type { MatrixServer } from './servers.ts';

export const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

export const secrets = new Map([
  ['user:admin', { user: 'admin', password: 'k3yward-Adm1n-secret-0001' }],
  ['user:app', { user: 'app', password: 'k3yward-App-secret-0002' }],
  ['requirepass', { user: 'default', password: 'k3yward-Default-secret-0003' }],
]);

export const nodeOf = (
  kind: MatrixServer,
  server: RunningServer,
  more: Partial<PlanNode> = {},
): PlanNode => ({
  id: 'n1',
  target: { kind: 'tcp', host: '127.0.0.1', port: server.port, tls: false },
  host: 'here',
  product: kind.product,
  version: kind.version,
  mode: 'standalone',
  role: 'master',
  conf: server.configFile,
  restart: { kind: 'relaunch' },
  ...more,
});

export function worldOf(node: PlanNode, more: Partial<WorldSettings> = {}) {
  const world = createWorld({
    nodes: [node],
    login: {},
    tls: { insecure: false },
    secrets,
    timeout: 3000,
    place: placeNamed,
    patience: 8000,
    ...more,
  });
  ends.push(() => world.close());
  return world;
}
export type World = ReturnType<typeof worldOf>;

export async function started(
  kind: MatrixServer,
  conf: StartOptions['conf'] = [],
  more: Partial<PlanNode> = {},
  options: Pick<StartOptions, 'user'> = {},
) {
  const server = await kind.start(conf, options);
  ends.push(async () => {
    endAllIn(server.dir);
    await server.stop();
  });
  const node = nodeOf(kind, server, more);
  return { server, node, world: worldOf(node) };
}

/** A server that we started anew is no child of the test: it is known by its folder. */
export function endAllIn(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === folder) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone, or another user's.
    }
  }
}

export const seen = async (world: World, claim: Claim) => {
  const { outcome, saw } = await world.test(claim);
  return `${outcome}: ${saw}`;
};

export const at = (node = 'n1') => ({ node }) as const;
