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
  /** `certain` only when every layer in the way is known to let it through; the host's firewall may not be. */
  readonly certainty: 'certain' | 'possible';
  /** The server itself turns everyone away who comes from here (protected mode): a row without cells. */
  readonly refused?: string;
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
