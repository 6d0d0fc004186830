import { randomBytes } from 'node:crypto';
import { findServers, type RunningServer, type ServerBinary } from '../../adapters/servers/index.ts';
import type { Audit } from '../../model/index.ts';
import { auditTargets } from '../library/audit-targets.ts';
import { UsageError } from '../library/usage-error.ts';
import { privateNetwork } from './private-network.ts';
import { weakServer, wellKeptServer } from './servers.ts';

export interface LabOptions {
  /** A folder with servers that `npm run servers` unpacked; those of the PATH are looked at anyway. */
  readonly directory?: string;
  /** Progress, a line each. */
  readonly say: (line: string) => void;
}

export interface LabOutcome {
  readonly weak: Audit;
  readonly wellKept: Audit;
}

/** The newest server there is: the well-kept one should not be found wanting for its age. */
function newest(servers: readonly ServerBinary[]): ServerBinary {
  const [best] = servers.toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
  if (best) return best;
  throw new UsageError(
    'there is no Redis or Valkey server on this machine to play with',
    'Install one (redis-server, valkey-server), or run ./keyward lab from a checkout: it unpacks one into its cache.',
  );
}

/**
 * Starts a deliberately weak real server and a well-kept one in a temporary place, audits both, and leaves nothing
 * behind. The weak one listens on every address, so it lives in a network of its own that leads nowhere; where none
 * can be made it listens on loopback only.
 */
export async function runLab({ directory, say }: LabOptions): Promise<LabOutcome> {
  const server = newest(await findServers(directory === undefined ? {} : { directory }));
  const running: RunningServer[] = [];
  try {
    const network = await privateNetwork();
    say(
      `starting a weak ${server.product} ${server.version} ${network ? 'in a network of its own that leads nowhere' : 'on loopback only'}`,
    );
    const weak = await weakServer(server.path, network);
    running.push(weak.server);
    say(`starting a well-kept ${server.product} ${server.version} on loopback`);
    const password = randomBytes(24).toString('base64url');
    const kept = await wellKeptServer(server.path, password);
    running.push(kept);
    say('auditing both');
    const [weakAudit, keptAudit] = await Promise.all([
      auditTargets([weak.target]),
      auditTargets([`redis://operator:${password}@127.0.0.1:${kept.port}`]),
    ]);
    return { weak: weakAudit, wellKept: keptAudit };
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    say('both servers are stopped and removed');
  }
}
