import type { SecretRef, Value } from './secret-request.ts';

/** As whom something is tried. `wrong`: a password that nobody has, tried once, on purpose. */
export type Who =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'wrong'; readonly user: string }
  | { readonly kind: 'user'; readonly user: string; readonly password: SecretRef }
  /** Whoever the operator logged in as; the plan's administrator once there is one. */
  | { readonly kind: 'operator' };

/** What must be true before a step (its guard), after it (its proof), and later when it is proved again from outside. */
export type Claim =
  | { readonly claim: 'answers'; readonly node: string }
  /** CONFIG GET prints this. */
  | { readonly claim: 'setting'; readonly node: string; readonly name: string; readonly value: Value }
  /** The file, read as that server reads it, sets this. */
  | {
      readonly claim: 'file-sets';
      readonly node: string;
      readonly path: string;
      readonly name: string;
      readonly value: Value;
    }
  | { readonly claim: 'user-exists'; readonly node: string; readonly user: string; readonly exists: boolean }
  /** What ACL LIST says of the user contains these words. */
  | {
      readonly claim: 'user-has';
      readonly node: string;
      readonly user: string;
      readonly words: readonly string[];
    }
  /** The user has these passwords on the running server, and no other; nor does he get in with none. */
  | {
      readonly claim: 'passwords';
      readonly node: string;
      readonly user: string;
      readonly are: readonly SecretRef[];
    }
  /** The user's line in this file says the same as the running server. */
  | {
      readonly claim: 'user-kept';
      readonly node: string;
      readonly user: string;
      readonly path: string;
      readonly file: 'conf' | 'aclfile';
    }
  | { readonly claim: 'login'; readonly node: string; readonly as: Who; readonly accepted: boolean }
  /** Asked by ACL DRYRUN where the server has it; else sent only if it is harmless, else not tried. */
  | {
      readonly claim: 'command';
      readonly node: string;
      readonly as: Who;
      readonly words: readonly string[];
      readonly permitted: boolean;
    }
  | {
      readonly claim: 'port';
      readonly node: string;
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      readonly open: boolean;
    }
  /** TLS at this port serves the certificate of this file, signed by the authority in `ca`. */
  | {
      readonly claim: 'serves';
      readonly node: string;
      readonly host: string;
      readonly port: number;
      readonly certificate: string;
      readonly ca: string;
    }
  /** A client without a certificate, or with one of an unknown authority, is refused. */
  | {
      readonly claim: 'client-certificate';
      readonly node: string;
      readonly host: string;
      readonly port: number;
      readonly required: boolean;
    }
  | {
      readonly claim: 'access';
      readonly node: string;
      readonly path: string;
      readonly mode?: string;
      readonly owner?: string;
      readonly group?: string;
    }
  | { readonly claim: 'runs-as'; readonly node: string; readonly user: string }
  /** Its process gains no rights by what it runs: the first wall of a sandbox, and the kernel tells of it. */
  | { readonly claim: 'no-new-privileges'; readonly node: string }
  /** No client but ourselves: as this user, or on this port. Waited for, up to the patience of the run. */
  | {
      readonly claim: 'unused';
      readonly node: string;
      readonly user: string;
      /** Addresses of those whom the operator gave up by name. */
      readonly except?: readonly string[];
    }
  | { readonly claim: 'unused'; readonly node: string; readonly port: number }
  /** Every connection of this user that was there when the step before began is gone. */
  | { readonly claim: 'moved'; readonly node: string; readonly user: string }
  /**
   * No login of this user was refused since the user was last changed, and none is for so many seconds: who still came
   * with an old password would show now.
   */
  | {
      readonly claim: 'no-refused-login';
      readonly node: string;
      readonly user: string;
      readonly seconds: number;
    }
  /** A replica has its link up, a master as many replicas online as before, and they have all that the master has. */
  | { readonly claim: 'replicates'; readonly node: string }
  /**
   * What the rules of the host do with a first packet to this port, as they are read from the kernel: from all of
   * `source` (an address or network) but `except`, it gets through, or none of it does.
   */
  | {
      readonly claim: 'firewall-allows';
      readonly node: string;
      readonly port: number;
      readonly source: string;
      readonly except?: readonly string[];
      readonly allowed: boolean;
    };

/** A claim that was tried: from where, when, what came back. */
export interface Trial {
  readonly claim: Claim;
  /** `here`, a namespace, or `ssh://user@host`. */
  readonly from: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `untried`: there is no harmless way to try it. */
  readonly outcome: 'held' | 'broken' | 'untried';
  /** What came back, in words, without secrets. */
  readonly saw: string;
}
