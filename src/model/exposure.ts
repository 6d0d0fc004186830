import type { Capability } from './capability.ts';

/** Ordered from the widest. `container`: an address of a container bridge. `host`: loopback; `socket`: unix socket. */
export const reaches = ['internet', 'network', 'container', 'host', 'socket'] as const;
export type Reach = (typeof reaches)[number];

/** From where: exact source addresses that get as far as the server's socket, with what decided it. */
export interface Origin {
  readonly id: string;
  readonly reach: Reach;
  /** In words: "anyone who can route to 203.0.113.9". */
  readonly label: string;
  /** Source address sets, CIDR; for a unix socket its path. */
  readonly sources: readonly string[];
  readonly via:
    | { readonly address: string; readonly port: number; readonly tls: boolean }
    | { readonly path: string };
  /** `certain` only when all layers that were looked at let it through; see `notCollected` for the others. */
  readonly certainty: 'certain' | 'possible';
  /** Why everyone is turned away who comes from here: a row without cells. */
  readonly refused?: string;
  /** With `refused`: a packet filter does it; absent: the server itself (protected mode). */
  readonly refusedBy?: 'firewall';
  readonly because: readonly string[];
}

/** As whom. */
export interface Actor {
  readonly id: string;
  readonly kind: 'nobody' | 'empty-password' | 'guessable-password' | 'password' | 'certificate';
  readonly user: string;
  readonly label: string;
}

/** One cell: from where × as whom × able to do what. */
export interface Cell {
  readonly from: string;
  readonly as: string;
  readonly can: Capability;
  readonly certainty: 'certain' | 'possible';
  /** Commands, settings or holes that make it so. */
  readonly by: readonly string[];
}

export interface Exposure {
  readonly origins: readonly Origin[];
  readonly actors: readonly Actor[];
  readonly cells: readonly Cell[];
  /** What nobody has looked at, in words: layers in the way, which may narrow what is said here, or users. */
  readonly notCollected: readonly string[];
}
