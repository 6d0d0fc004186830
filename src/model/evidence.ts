import type { CommandTable } from '../lang/acl/index.ts';
import type { AdvisoryState } from './advisory.ts';
import type { Capability } from './capability.ts';
import type { Exposure } from './exposure.ts';
import type { Fact } from './fact.ts';
import type { Filtering, FirewallFacts } from './firewall.ts';
import type {
  CertificateFacts,
  ContainerFacts,
  FileFacts,
  HostAddress,
  HostSign,
  Listener,
  PackageFacts,
  ProcessFacts,
  UnitFacts,
} from './host.ts';
import type { Door, Identity } from './identity.ts';
import type { SecretNote } from './secret.ts';
import type {
  AclFileFacts,
  AclLogEntry,
  ClientFacts,
  ClusterNode,
  ConfFacts,
  Endpoint,
  Greeting,
  ModuleFacts,
  ReplicationFacts,
  SentinelMaster,
  UserFacts,
} from './server.ts';
import type { Target } from './target.ts';

/**
 * What is read from the world, once, by the collectors. Everything here survives JSON, so evidence saved is a
 * snapshot, and a snapshot audited gives the same findings.
 */
export interface CollectedFacts {
  // the server, live
  readonly endpoint: Endpoint;
  readonly door: Door;
  readonly greeting: Greeting;
  /** Who we were while asking the rest. */
  readonly whoami: string;
  readonly info: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, string | SecretNote>>;
  readonly aclUsers: readonly UserFacts[];
  readonly aclLog: readonly AclLogEntry[];
  readonly commandReply: CommandTable;
  readonly modules: readonly ModuleFacts[];
  readonly clients: readonly ClientFacts[];
  readonly clusterNodes: readonly ClusterNode[];
  readonly sentinelMasters: readonly SentinelMaster[];
  /** Names of function libraries with what stands out in their code. */
  readonly functions: readonly {
    readonly name: string;
    readonly engine: string;
    readonly signs: readonly string[];
  }[];
  /** Keys of known intrusions that exist, as `db0:backup1`. */
  readonly indicatorKeys: readonly string[];
  readonly servedCertificate: CertificateFacts;
  // its files
  readonly conf: ConfFacts;
  readonly aclFile: AclFileFacts;
  readonly certificates: readonly CertificateFacts[];
  // its host
  readonly process: ProcessFacts;
  readonly listeners: readonly Listener[];
  readonly hostAddresses: readonly HostAddress[];
  /** Packet filters in the way, as their own programs tell them. */
  readonly firewall: FirewallFacts;
  readonly files: readonly FileFacts[];
  readonly unit: UnitFacts;
  readonly container: ContainerFacts | 'none';
  readonly package: PackageFacts;
  readonly hostSigns: readonly HostSign[];
}

/** A setting with where its value comes from. `runtime`: CONFIG GET; `file`; `default`: of that product and version. */
export interface Setting {
  readonly value: string | SecretNote;
  readonly from: 'runtime' | 'file' | 'default';
  readonly where?: { readonly file: string; readonly line: number };
}

/** The same thing, said differently in two places. */
export interface Drift {
  readonly kind: 'setting' | 'user';
  readonly name: string;
  readonly between: readonly ['file' | 'aclfile' | 'conf', 'runtime' | 'aclfile'];
  /** Without secrets: a changed password is said as "another password". */
  readonly there: string;
  readonly here: string;
}

/** What a user can do on this very server. */
export interface Grant {
  readonly user: string;
  readonly enabled: boolean;
  /** Full names of permitted commands (`config|get`). */
  readonly commands: readonly string[];
  readonly allKeys: boolean;
  /** Key patterns of all selectors, as rules: `~app:*`, `%R~cache:*`. */
  readonly keys: readonly string[];
  readonly allChannels: boolean;
  readonly can: Readonly<Partial<Record<Capability, readonly string[]>>>;
}

/** What is worked out from the collected facts, purely. */
export interface DerivedFacts {
  readonly identity: Identity;
  readonly settings: Readonly<Record<string, Setting>>;
  /** Effective users: of the live server, else as it would load them from its files; also `default` before ACLs. */
  readonly users: readonly UserFacts[];
  readonly commands: CommandTable;
  readonly grants: readonly Grant[];
  readonly replication: ReplicationFacts;
  readonly exposure: Exposure;
  /** Rules of packet filters about its ports. */
  readonly filtering: Filtering;
  readonly drift: readonly Drift[];
  readonly advisories: readonly AdvisoryState[];
  /** Today, as the evidence was collected: ISO date, UTC. */
  readonly collectedOn: string;
}

export type Facts = CollectedFacts & DerivedFacts;
export type FactName = keyof Facts;
export type CollectedName = keyof CollectedFacts;

export type Collected = { readonly [K in CollectedName]: Fact<CollectedFacts[K]> };
export type View = { readonly [K in FactName]: Fact<Facts[K]> };

/** All that was seen of one server at one time. */
export interface Evidence {
  readonly schema: 'keyward.evidence/1';
  readonly target: Target;
  /** ISO 8601, UTC. */
  readonly collectedAt: string;
  readonly facts: Collected;
}
