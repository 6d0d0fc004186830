import type { SecretNote } from './secret.ts';

/** What was answered before any login, one entry a question asked. */
export interface Greeting {
  /** The bytes that came on connect, before anything was sent. */
  readonly banner?: string;
  readonly replies: readonly {
    readonly command: string;
    readonly reply: string;
    readonly kind: 'status' | 'error' | 'data';
  }[];
}

export interface Endpoint {
  readonly address: string;
  readonly port?: number;
  readonly tls?: {
    readonly protocol: string;
    readonly cipher: string;
    /** Whether the chain and the name hold, with the system's or the given authorities; else why not. */
    readonly trusted: true | string;
    readonly clientCertificateWanted: boolean;
  };
  /** Both ends on this host: what is seen may be more than others see (protected mode lets loopback in). */
  readonly local: boolean;
}

/** A user of the server, as ACL LIST or an ACL file has it, with notes in place of passwords. */
export interface UserFacts {
  readonly name: string;
  readonly enabled: boolean;
  readonly noPassword: boolean;
  readonly passwords: readonly SecretNote[];
  readonly selectors: readonly SelectorFacts[];
  readonly where?: { readonly file: string; readonly line: number };
  /** The rules as written, without passwords. */
  readonly rules: readonly string[];
}

export interface SelectorFacts {
  /** Command rules in order: `+@all`, `-flushall`, `+config|get`. */
  readonly commands: readonly string[];
  /** `~*`, `%R~cache:*`. */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly databases?: readonly string[];
}

export interface ModuleFacts {
  readonly name: string;
  readonly version: number;
  readonly path?: string;
}

export interface ClientFacts {
  readonly address: string;
  readonly user?: string;
  readonly name?: string;
  readonly library?: string;
  readonly command?: string;
  readonly flags?: string;
  readonly tls?: boolean;
  readonly ageSeconds?: number;
}

export interface AclLogEntry {
  readonly reason: string;
  readonly object: string;
  readonly user: string;
  readonly count: number;
  readonly ageSeconds: number;
  readonly client?: string;
}

export interface ReplicationFacts {
  readonly role: 'master' | 'replica' | 'sentinel';
  readonly masterHost?: string;
  readonly masterPort?: number;
  readonly linkUp?: boolean;
  readonly replicas: readonly string[];
  readonly replicationId?: string;
}

export interface ClusterNode {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly busPort: number;
  readonly flags: readonly string[];
  readonly self: boolean;
}

export interface SentinelMaster {
  readonly name: string;
  readonly address: string;
  readonly flags: string;
  readonly quorum: number;
  readonly sentinels: number;
}

/** One directive of a file, as it stands there; secrets replaced by notes. */
export interface DirectiveLine {
  readonly name: string;
  readonly args: readonly (string | SecretNote)[];
  readonly file: string;
  readonly line: number;
}

export interface ConfFacts {
  readonly path: string;
  /** Every file read, in order of inclusion. */
  readonly files: readonly string[];
  readonly lines: readonly DirectiveLine[];
  /** Settings in the form of CONFIG GET; only those that the file sets. */
  readonly settings: Readonly<Record<string, string | SecretNote>>;
  readonly renames: readonly {
    readonly from: string;
    readonly to: string | SecretNote;
    readonly line: number;
    readonly file: string;
  }[];
  readonly users: readonly UserFacts[];
  readonly problems: readonly ConfProblem[];
  readonly sentinel: boolean;
}

export interface ConfProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  /** The server would refuse to start with this. */
  readonly fatal: boolean;
}

export interface AclFileFacts {
  readonly path: string;
  readonly users: readonly UserFacts[];
  readonly problems: readonly ConfProblem[];
}
