import type { PlanNode } from '../../model/index.ts';
import type { Login, TlsFiles } from '../collect/settings.ts';
import type { Place, Tunnel } from '../place/index.ts';

/** What the world of a plan is made of. */
export interface WorldSettings {
  readonly nodes: readonly PlanNode[];
  readonly login: Login;
  readonly tls: TlsFiles;
  /** Secrets of the plan by the id of their `SecretRef`. */
  readonly secrets: ReadonlyMap<string, PlanSecret>;
  /** Milliseconds for each step with a server: to connect, to be answered. */
  readonly timeout: number;
  /** The host of a `PlanNode`, opened once. */
  readonly place: (host: string) => Place;
  /** New names of renamed commands by their original name in capitals: `CONFIG` → `cfg-7f`. */
  readonly renames?: ReadonlyMap<string, string>;
  /** Ids of the secrets with which a plan's own administrator logs in; those that begin with `user:admin` always do. */
  readonly administrators?: readonly string[];
  /** Milliseconds that a server may take to come up after a restart; loading its data is not counted. */
  readonly patience?: number;
  /** Talk to public addresses: only where the user said so. A plan is a file, and may name anybody's server. */
  readonly allowPublic?: boolean;
  /** Where connections begin, when that is another host than this: every one goes through it. */
  readonly from?: Tunnel;
  /** The clock: ISO 8601, UTC. */
  readonly now?: () => string;
}

export interface PlanSecret {
  readonly user: string;
  readonly password: string;
}

/** Milliseconds for a small program on the host of the files; not those of a server's answers. */
export const programTimeout = 10_000;
