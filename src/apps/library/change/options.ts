import type { Login, TlsFiles } from '../../../adapters/collect/settings.ts';
import type { Severity } from '../../../model/index.ts';
import type { PolicyName } from '../../../model/index.ts';

/** How the servers of a plan are reached: as for an audit. */
export interface ReachOptions {
  readonly login?: Login;
  readonly tls?: TlsFiles;
  /** Milliseconds for each step with a server; 3000. */
  readonly timeout?: number;
  readonly renames?: ReadonlyMap<string, string>;
  readonly allowPublic?: boolean;
  /** Absolute path of a file that ssh reads in place of the user's own ssh_config, for `ssh://` hosts. */
  readonly sshConfig?: string;
}

export interface UndoOptions extends ReachOptions {
  /** Seconds that clients get to go back to their logins from before, until those of the plan end; 10. */
  readonly goBackWithin?: number;
}

export interface PlanOptions extends ReachOptions {
  /** `recommended` when absent. */
  readonly policy?: PolicyName;
  /** Checks, themes or kinds of step: only these. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** Findings from this severity on. */
  readonly level?: Severity;
  /** Answers to what only the owner knows: `maxmemory` → `2gb`. */
  readonly answers?: ReadonlyMap<string, string>;
  /** Those who may be refused afterwards, by name: `default@10.0.0.5`. */
  readonly refuse?: readonly string[];
  /** Users that are to go, once nobody uses them. */
  readonly deleteUsers?: readonly string[];
  readonly allowRestart?: boolean;
  /** Seconds to look who uses the servers; 2. */
  readonly censusSeconds?: number;
  /** Where their files are, when that is not this host: `ssh://user@host`. */
  readonly filesAt?: string;
}

export interface ApplyPlanOptions extends UndoOptions {
  /** Where the generated secrets go; beside the journal when absent. */
  readonly secretsFile?: string;
  /** Seconds that clients get to move to their new logins; 60. */
  readonly patience?: number;
  /** Seconds until everything comes back without a confirmation; 300. 0: it confirms itself once every login works. */
  readonly confirmWithin?: number;
  /** Progress, a line each. */
  readonly say?: (line: string) => void;
}

export interface ProveOptions extends ReachOptions {
  /** Audit again from scratch; true. */
  readonly audit?: boolean;
  /** Other hosts to try from as well: `ssh://user@host`. */
  readonly from?: readonly string[];
  /** This host is a stranger to the server: only what shows over the network is tried, and who gets no connection is not one refused. */
  readonly outside?: boolean;
  /** Where the server is for them, when the plan names it by an address that means another host there: `10.0.0.5:6379`. */
  readonly at?: string;
}
