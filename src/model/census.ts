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

/** Who uses this server now. */
export interface Census {
  readonly node: string;
  /** How long was looked, seconds, and how often. */
  readonly seconds: number;
  readonly looks: number;
  readonly groups: readonly ClientGroup[];
  /** Why it may be incomplete, in words: no right to CLIENT LIST, or too short a look. */
  readonly doubts: readonly string[];
}
