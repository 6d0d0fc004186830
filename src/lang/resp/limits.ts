/** What one reply may cost us. A hostile server chooses every byte it sends: these are what it cannot choose. */
export interface Limits {
  /** Bytes of one reply on the wire, headers included. */
  readonly maxBytes: number;
  /** Bytes of one bulk string, as its header declares them. */
  readonly maxBulk: number;
  /** Bytes of one line: a simple string, an error, a number or the header of something longer. */
  readonly maxLine: number;
  /** Aggregates inside each other: `*1 *1 :1` is 2 deep. */
  readonly maxDepth: number;
  /** Elements of all aggregates of one reply together, as their headers declare them; a map entry is 2. */
  readonly maxElements: number;
}

/**
 * Enough for what servers answer to an audit (INFO, COMMAND, CONFIG GET *, CLIENT LIST of thousands), small enough
 * for many hostile connections at once: the worst reply within them costs about 150 bytes of memory for each
 * element (an empty map of 4 bytes, a view of an empty string) and twice `maxBytes`.
 */
export const defaultLimits: Limits = {
  maxBytes: 16 * 1024 * 1024,
  maxBulk: 16 * 1024 * 1024,
  maxLine: 64 * 1024,
  maxDepth: 32,
  maxElements: 256 * 1024,
};

/** Why a decoder stopped. It stays stopped: after this nothing on the stream can be trusted. */
export interface DecodeError {
  /** `protocol`: not RESP. `limit`: perhaps RESP, but more of it than allowed. */
  readonly kind: 'protocol' | 'limit';
  readonly message: string;
  /** Where on the stream, in bytes from its start, the element began that could not be accepted. */
  readonly offset: number;
  /** The limit that was exceeded; set when `kind` is `limit`. */
  readonly limit?: string;
}

/** What a decoder waits for: `undefined` in `missing` when the wire has not said yet. */
export interface Pending {
  /** Bytes received of the reply or command that is not complete. 0: nothing has begun. */
  readonly bytes: number;
  readonly waitingFor: 'anything' | 'rest of a line' | 'rest of a bulk string' | 'next element';
  /** Bytes that the current bulk string still lacks, or elements that the innermost aggregate still lacks. */
  readonly missing?: number;
}
