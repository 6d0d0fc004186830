/** Those who use a server alike: the same user, library, port and address. */
export interface ClientGroup {
  /** The ACL user; `default` before there were any. */
  readonly user: string;
  /** Address without port; `unix` for the socket. */
  readonly address: string;
  /** The server's own address and port that they connected to, where it tells (6.2 and later). */
  readonly to?: { readonly address: string; readonly port: number };
  /** Library and version as `CLIENT SETINFO` gave them, else the connection's name. */
  readonly library?: string;
  readonly kind: 'client' | 'replica' | 'master' | 'sentinel' | 'exporter' | 'pubsub' | 'monitor';
  /** Most connections seen at once. */
  readonly connections: number;
  /** Last commands seen, lower case, full names (`config|get`). */
  readonly commands: readonly string[];
  readonly databases: readonly number[];
}

/** Which commands were used at all, by whomever, as the server counts them. */
export interface CommandUse {
  /**
   * Lower case, full names (`config|get`; before 7.0 only `config`), in order. Without those that Keyward sends
   * itself: nobody can tell its calls from others'.
   */
  readonly commands: readonly string[];
  /** For how long they have been counted, at least; 0 where that is not known. */
  readonly seconds: number;
}

/** Who uses this server now. */
export interface Census {
  readonly node: string;
  /** How long was looked, seconds, and how often. */
  readonly seconds: number;
  readonly looks: number;
  readonly groups: readonly ClientGroup[];
  /** Absent where the server does not count commands, or does not tell us. */
  readonly used?: CommandUse;
  /** Why it may be incomplete, in words: no right to CLIENT LIST, or too short a look. */
  readonly doubts: readonly string[];
}

/** One connection as one look at CLIENT LIST shows it. Text is printable already. */
export interface SeenClient {
  /** Tells it from all others, before and after: the server never gives it twice. */
  readonly key: string;
  /** Absent before 6.0. */
  readonly user?: string;
  readonly address: string;
  readonly to?: { readonly address: string; readonly port: number };
  /** With its version. */
  readonly library?: string;
  readonly name?: string;
  /** As CLIENT LIST prints them: `N`, `S`, `PM`. */
  readonly flags: string;
  /** The last one, lower case; absent where it has not said anything. */
  readonly command?: string;
  readonly database?: number;
  /** Channels and patterns that it listens to. */
  readonly subscriptions: number;
  readonly ageSeconds?: number;
}

/** One look at who is connected, our own connections left out. */
export interface ClientLook {
  readonly clients: readonly SeenClient[];
  /** Connections that the server has ever accepted, where it tells. */
  readonly received?: number;
  readonly used?: CommandUse;
  /** Why nobody was seen, in words. */
  readonly why?: string;
}
