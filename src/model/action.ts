import type { RuleWord, Value } from './secret-request.ts';

/** A change of one file of the redis.conf family, as `edit` of `lang/conf` takes it, with references for secrets. */
export type PlannedChange =
  | { readonly do: 'set'; readonly name: string; readonly args: readonly Value[] }
  | { readonly do: 'append'; readonly name: string; readonly args: readonly Value[] }
  | { readonly do: 'replace'; readonly name: string; readonly lines: readonly (readonly Value[])[] }
  | { readonly do: 'remove'; readonly name: string; readonly beginning?: readonly string[] }
  | { readonly do: 'comment-out'; readonly name: string; readonly beginning?: readonly string[] };

/**
 * All that apply may do to a machine. Each names the node of the plan that it is done to, and is absolute: done twice
 * it is as done once, so that a lost reply or a crash in the middle needs no guessing.
 */
export type Action =
  /** CONFIG SET, on the running server only. */
  | { readonly do: 'set-setting'; readonly node: string; readonly name: string; readonly value: Value }
  /** ACL SETUSER with these words, in order, on the running server only. */
  | {
      readonly do: 'set-user';
      readonly node: string;
      readonly user: string;
      readonly rules: readonly RuleWord[];
    }
  | { readonly do: 'delete-user'; readonly node: string; readonly user: string }
  /** The user as the running server has it goes into this file: a `user` line of redis.conf or of the ACL file. */
  | {
      readonly do: 'keep-user';
      readonly node: string;
      readonly user: string;
      readonly path: string;
      readonly file: 'conf' | 'aclfile';
    }
  /** The server writes its own files, where we cannot: ACL SAVE or CONFIG REWRITE. */
  | { readonly do: 'save'; readonly node: string; readonly by: 'acl-save' | 'config-rewrite' }
  | {
      readonly do: 'edit-conf';
      readonly node: string;
      readonly path: string;
      readonly changes: readonly PlannedChange[];
    }
  /** A whole file of ours. `mode` octal; owner and group of the folder's where absent. */
  | {
      readonly do: 'write-file';
      readonly node: string;
      readonly path: string;
      readonly text: string;
      readonly mode: string;
      readonly owner?: string;
      readonly group?: string;
    }
  /** `mode` as chmod takes it: octal, or `go-w`. */
  | {
      readonly do: 'set-access';
      readonly node: string;
      readonly path: string;
      readonly mode?: string;
      readonly owner?: string;
      readonly group?: string;
    }
  /** A private authority, and a certificate of it for the server; files that exist are kept. */
  | {
      readonly do: 'make-certificate';
      readonly node: string;
      readonly folder: string;
      /** DNS names and addresses that it is for. */
      readonly names: readonly string[];
      readonly days: number;
      /** Names of client certificates to make beside it: each gets a certificate whose common name this is. */
      readonly clients: readonly string[];
      /**
       * Certificates that were made before `olderThan` (ISO 8601) are made anew by the same authority, each with the
       * key that it has unless `newKey`. The authority is kept.
       */
      readonly renew?: { readonly olderThan: string; readonly newKey: boolean };
      readonly owner?: string;
      readonly group?: string;
    }
  /** The process starts anew with its files: by its unit, or as it was started before. */
  | { readonly do: 'restart'; readonly node: string; readonly by: RestartWay }
  /**
   * Replicas and Sentinels that are connected as this user are disconnected. They come back by themselves, with the
   * login that they have by now, and a replica goes on where it was.
   */
  | { readonly do: 'renew-links'; readonly node: string; readonly user: string }
  /** SENTINEL SET, which Sentinel writes into its own file. */
  | {
      readonly do: 'set-sentinel';
      readonly node: string;
      readonly master: string;
      readonly option: string;
      readonly value: Value;
    }
  /**
   * Only these sources open connections to these TCP ports; this host itself always does. Our part of the rules
   * becomes exactly this, others' rules stay as they are, and still judge whom we let pass.
   */
  | ({ readonly do: 'set-firewall'; readonly node: string; readonly backend: FirewallBackend } & FirewallPart)
  /** The same in a file that is loaded when the host starts; nothing else of it is changed. */
  | ({
      readonly do: 'keep-firewall';
      readonly node: string;
      readonly path: string;
      readonly words: KeptWords;
      readonly backend: FirewallBackend;
    } & FirewallPart);

/**
 * Where our rules go: INPUT of iptables and ip6tables, a table of our own, the chain that Docker leaves to us, or
 * among the rules of the program that manages the host's. The latter two let in whom we name, whatever their other
 * rules say; the others leave it to the rules that come after.
 */
export type FirewallBackend = 'iptables' | 'nft' | 'docker-user' | 'ufw' | 'firewalld';

/** In whose words a file is that is loaded when the host starts; those of ufw are of iptables-save. */
export type KeptWords = 'iptables-save' | 'ip6tables-save' | 'nft' | 'firewalld-zone';

export interface FirewallPart {
  /** At most 15. The first names our part: a change of the others replaces it. */
  readonly ports: readonly number[];
  /** Addresses and networks of both families, CIDR; a family without any is closed. */
  readonly allow: readonly string[];
}

export type RestartWay =
  | { readonly kind: 'systemd'; readonly unit: string }
  /** Nobody watches over it: it is stopped, and started with the same program, words, folder and account. */
  | { readonly kind: 'relaunch' };

/** A thing that an action changes: what is captured before, and put back by undo, exactly as it was. */
export type Resource =
  | { readonly kind: 'setting'; readonly node: string; readonly name: string }
  | { readonly kind: 'user'; readonly node: string; readonly user: string }
  | { readonly kind: 'file'; readonly node: string; readonly path: string }
  | { readonly kind: 'access'; readonly node: string; readonly path: string }
  | { readonly kind: 'process'; readonly node: string; readonly by: RestartWay }
  /** What the server last saved of itself: saved again once all else is back. */
  | { readonly kind: 'saved'; readonly node: string; readonly by: 'acl-save' | 'config-rewrite' }
  | {
      readonly kind: 'sentinel';
      readonly node: string;
      readonly master: string;
      readonly option: string;
    }
  /** Our part of the rules alone, named after its first port: what others do beside it stays. */
  | {
      readonly kind: 'firewall';
      readonly node: string;
      readonly backend: FirewallBackend;
      readonly port: number;
    }
  /** The same in a file from which rules are loaded when the host starts. */
  | {
      readonly kind: 'kept-firewall';
      readonly node: string;
      readonly path: string;
      readonly words: KeptWords;
      readonly backend: FirewallBackend;
      readonly port: number;
    };
