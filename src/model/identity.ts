import type { Product } from '../lang/version/index.ts';

export type { Product };
export type Mode = 'standalone' | 'sentinel' | 'cluster';
export type Role = 'master' | 'replica' | 'sentinel';

/** Who is this: from whatever the server lets us see, down to error texts before login. */
export interface Identity {
  readonly product: Product | 'unknown' | 'not-redis';
  /** Exactly what the product says of itself; absent where only a range is known. */
  readonly version?: string;
  /** When only error texts were seen: the versions that answer so; bounds are inclusive branches. */
  readonly range?: { readonly from?: string; readonly to?: string };
  /** Where nothing tells the version (a file by itself): the one whose behaviour is assumed. */
  readonly assumed?: string;
  readonly mode?: Mode;
  readonly role?: Role;
  /** Each reason to distrust the above: an invented version, fields that contradict each other. */
  readonly doubts: readonly string[];
  /** What each statement rests on. */
  readonly because: readonly string[];
}

/** What happened at the door, before any login. */
export type Door =
  | 'open' // commands are answered with no login
  | 'login' // NOAUTH
  | 'protected' // DENIED by protected mode
  | 'full' // max number of clients reached
  | 'tls-only' // nothing is answered in plain
  | 'client-certificate' // the TLS handshake wants a certificate that we do not have
  | 'silent' // connects, says nothing
  | 'foreign'; // answers, but not RESP
