/**
 * What the wire says, in the plainest JavaScript that keeps it apart. The frequent ones are bare values, the
 * others say their `kind`. RESP2's `$-1` and `*-1` and RESP3's `_` are all `null`.
 */
export type RespValue =
  /** Bulk string, with `strings: 'utf8' | 'latin1'`. */
  | string
  /** Bulk string, with `strings: 'buffer'`. A view: it keeps the chunk that it came with alive. */
  | Uint8Array
  /** Integer. */
  | number
  /** Integer beyond 2^53 - 1, within 64 bits. */
  | bigint
  | null
  | boolean
  /** Array. */
  | readonly RespValue[]
  | RespSimple
  | RespError
  | RespDouble
  | RespBigNumber
  | RespVerbatim
  | RespMap
  | RespSet
  | RespPush
  | RespAttributed;

/** `+OK` */
export interface RespSimple {
  readonly kind: 'simple';
  readonly text: string;
}

/** `-NOAUTH Authentication required.`, or the same as a RESP3 blob error (`bulk`). */
export interface RespError {
  readonly kind: 'error';
  readonly text: string;
  readonly bulk: boolean;
}

/** `,3.14` */
export interface RespDouble {
  readonly kind: 'double';
  readonly value: number;
}

/** `(3492890328409238509324850943850943825024385` */
export interface RespBigNumber {
  readonly kind: 'big-number';
  readonly value: bigint;
}

/** `=15 txt:Some string` */
export interface RespVerbatim {
  readonly kind: 'verbatim';
  /** Three bytes: `txt` or `mkd`. */
  readonly format: string;
  readonly value: string | Uint8Array;
}

/** `%2 …`: pairs in the order of the wire; nothing forbids a server to send a key twice. */
export interface RespMap {
  readonly kind: 'map';
  readonly pairs: readonly (readonly [key: RespValue, value: RespValue])[];
}

/** `~2 …` */
export interface RespSet {
  readonly kind: 'set';
  readonly items: readonly RespValue[];
}

/** `>2 …`: out of band, between replies, never inside one. */
export interface RespPush {
  readonly kind: 'push';
  readonly items: readonly RespValue[];
}

/** `|1 …` and the value that it describes. */
export interface RespAttributed {
  readonly kind: 'attributed';
  readonly attributes: RespMap['pairs'];
  readonly value: RespValue;
}
