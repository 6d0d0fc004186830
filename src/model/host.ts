/** A process of the Redis family on this host, from /proc. */
export interface ProcessFacts {
  readonly pid: number;
  readonly exe: string;
  /** Arguments with every password replaced by `***`. */
  readonly argv: readonly string[];
  /** Which arguments carried one (`--requirepass`, `-a`): seen by every user of the host. */
  readonly secretArguments: readonly string[];
  readonly cwd?: string;
  readonly uid: number;
  readonly user: string;
  readonly gid: number;
  readonly group: string;
  /** Effective capabilities by name: `CAP_NET_ADMIN`. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** 0 none, 1 strict, 2 filter: the `Seccomp` line of /proc/PID/status. */
  readonly seccomp: number;
  /** Soft limits by name (`nofile`, `core`); `unlimited` is -1. */
  readonly limits: Readonly<Record<string, number>>;
}

export interface Listener {
  /** Textual address; `0.0.0.0` and `::` listen on every address; for a unix socket its path. */
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6' | 'unix';
  readonly port?: number;
  /** What the server uses it for, when that is known. */
  readonly purpose: 'redis' | 'tls' | 'bus' | 'sentinel' | 'unix' | 'other';
  /** For a unix socket: mode in octal, as `0777`. */
  readonly mode?: string;
}

/** An address of an interface of this host, to tell what `0.0.0.0` really means here. */
export interface HostAddress {
  readonly interface: string;
  readonly address: string;
  readonly prefix: number;
}

export type FileRole =
  | 'conf'
  | 'aclfile'
  | 'dir'
  | 'dump'
  | 'aof'
  | 'log'
  | 'unixsocket'
  | 'binary'
  | 'module'
  | 'unit'
  | 'tls-key'
  | 'tls-cert'
  | 'tls-ca';

export interface FileFacts {
  readonly path: string;
  readonly role: FileRole;
  readonly kind: 'file' | 'directory' | 'socket' | 'symlink' | 'other' | 'missing';
  readonly owner: string;
  readonly group: string;
  /** Permission bits in octal, as `0640`. */
  readonly mode: string;
  /** Folders up the path that someone other than root and the file's owner may write into (sticky ones left out). */
  readonly looseParents: readonly string[];
}

export interface UnitFacts {
  readonly name: string;
  readonly fragments: readonly string[];
  /** Directives of [Service], last one wins, as written. */
  readonly service: Readonly<Record<string, string>>;
}

export interface ContainerFacts {
  readonly kind: 'docker' | 'podman' | 'containerd' | 'kubernetes' | 'lxc' | 'systemd-nspawn' | 'unknown';
  readonly id?: string;
  readonly privileged?: boolean;
}

export interface PackageFacts {
  readonly manager: 'dpkg' | 'rpm' | 'apk' | 'none';
  /** With `none`: no package owns the binary. */
  readonly name?: string;
  readonly version?: string;
  readonly distribution?: string;
  readonly release?: string;
}

/** Something an intruder leaves on a host. */
export interface HostSign {
  readonly kind:
    | 'cron'
    | 'authorized-keys'
    | 'ld-so-preload'
    | 'firewall-rule'
    | 'deleted-binary'
    | 'shared-object'
    | 'web-file'
    | 'systemd'
    | 'child-process'
    /** A place that could not be read: that there is no sign of it means nothing. */
    | 'unread';
  readonly path: string;
  /** What was seen, without control characters, short. */
  readonly seen: string;
}

export interface CertificateFacts {
  /** A file's path, or `served` for the one that the server sent. */
  readonly path: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  /** ISO 8601, UTC. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly selfSigned: boolean;
  readonly authority: boolean;
  readonly key: { readonly type: string; readonly bits?: number; readonly curve?: string };
  readonly signature?: string;
  readonly sha256: string;
}
