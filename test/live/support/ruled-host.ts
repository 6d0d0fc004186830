/** A host with a firewall of its own as a place that plans are applied to: its programs run in the namespace, its files lie in a folder. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createWorld } from '../../../src/adapters/apply/index.ts';
import type { Place, Ran } from '../../../src/adapters/place/index.ts';
import { resourcesOf } from '../../../src/engine/apply/index.ts';
import type { Action, Claim, Entry, JournalSink, Plan, PlanNode, World } from '../../../src/model/index.ts';
import { openFirewallHost, type FirewallHost } from './firewall-host.ts';
import type { IptablesTools } from './iptables-tools.ts';
import type { NftTool } from '../../../scripts/tools/nft-tools.ts';

export interface RuledHost {
  readonly network: FirewallHost;
  /** What a program says that is run there; throws where it fails. */
  readonly run: (argv: readonly string[], input?: string) => string;
  /** Runs before each program that changes rules: throws to be killed there. */
  readonly before: { change: (argv: readonly string[]) => void };
  readonly world: () => World & { close(): Promise<void> };
  readonly file: (path: string) => string | undefined;
  readonly put: (path: string, text: string) => void;
  readonly close: () => void;
}

export const firewalled: PlanNode = {
  id: 'n1',
  target: { kind: 'tcp', host: '127.0.0.1', port: 6379, tls: false },
  host: 'here',
  product: 'redis',
  version: '7.2.16',
  mode: 'standalone',
  role: 'master',
};

export async function openRuledHost(
  name: string,
  iptables: IptablesTools,
  nft: NftTool,
  backend: 'nft' | 'legacy',
): Promise<RuledHost> {
  const network = await openFirewallHost(name);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-ruled-'));
  const ran = ([program = '', ...args]: readonly string[], input?: string): Ran => {
    const tables = /^(ip6?tables)-(save|restore)$/.exec(program);
    const path =
      program === 'nft'
        ? nft.program
        : tables
          ? iptables.program(`${tables[1]}-${backend}-${tables[2]}`)
          : program === 'ipset'
            ? iptables.program(program)
            : program;
    const env = program === 'nft' ? nft.env : tables || program === 'ipset' ? iptables.env : process.env;
    return runs([...network.inside, path, ...args], input, env);
  };
  return hostOf(network, ran, folder, () => {
    network.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Runs a program to its end. */
export function runs(
  [first = '', ...rest]: readonly string[],
  input?: string,
  env: NodeJS.ProcessEnv = process.env,
): Ran {
  const { status, stdout, stderr } = spawnSync(first, rest, {
    env,
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
  return { code: status ?? 255, stdout, stderr };
}

/** The host with its files below `root`, as plans see it. */
export function hostOf(
  network: FirewallHost,
  ran: (argv: readonly string[], input?: string) => Ran,
  root: string,
  close: () => void,
): RuledHost {
  const before: RuledHost['before'] = { change: () => {} };
  const at = (path: string): string => join(root, path);
  const put = (path: string, bytes: string | Uint8Array): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), bytes);
  };
  const place: Place = {
    name: 'here',
    run: async (argv, { input }) => {
      if (input !== undefined) before.change(argv);
      return ran(argv, input?.toString('utf8'));
    },
    read: async (path) =>
      existsSync(at(path)) ? { bytes: readFileSync(at(path)), mode: 0o640, uid: 0, gid: 0 } : undefined,
    write: async (path, { bytes }) => {
      before.change(['write', path]);
      put(path, bytes);
    },
    remove: async (path) => {
      before.change(['remove', path]);
      rmSync(at(path), { force: true });
    },
    access: async (path) => (existsSync(at(path)) ? { mode: 0o755, uid: 0, gid: 0 } : undefined),
    setAccess: async () => {},
    link: async () => undefined,
    account: async () => undefined,
    group: async () => undefined,
    close: async () => {},
  };
  return {
    network,
    before,
    run: (argv, input) => {
      const { code, stdout, stderr } = ran(argv, input);
      if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
      return stdout;
    },
    world: () =>
      createWorld({
        nodes: [firewalled],
        login: {},
        tls: { insecure: false },
        secrets: new Map(),
        timeout: 3000,
        place: () => place,
      }),
    file: (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined),
    put,
    close,
  };
}

/** A plan of one step, as the planner makes it. */
export const ruledPlan = (does: readonly Action[], proves: readonly Claim[]): Plan => ({
  schema: 'keyward.plan/1',
  version: '0.0.0',
  id: 'plan-of-a-test',
  madeAt: '2026-11-01T00:00:00.000Z',
  policy: 'recommended',
  nodes: [firewalled],
  secrets: [],
  steps: [
    {
      id: 's1',
      kind: 'firewall',
      node: 'n1',
      title: 'Only these sources reach the server',
      checks: [],
      does,
      undo: does.flatMap(resourcesOf),
      guard: [],
      proves,
      risk: { level: 'none' },
      closes: [],
      needs: 'root',
    },
  ],
  held: [],
  unmet: [],
  previews: [],
  census: [],
  basis: [],
});

export const memoryJournal = (): JournalSink & { readonly entries: Entry[] } => {
  const entries: Entry[] = [];
  return { entries, append: async (entry) => void entries.push(structuredClone(entry)) };
};
