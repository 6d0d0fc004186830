/**
 * Rows that decoders have met before: long arrays inside of a reply, such as the commands in the reply to COMMAND,
 * which a thousand servers of one version send in a thousand orders. Where the bytes are the very same, so is the
 * value, and comparing takes a twentieth of decoding. Nobody is believed: a row counts only byte for byte.
 */
import type { Limits } from './limits.ts';
import type { RespValue } from './value.ts';

export interface Row {
  readonly bytes: Buffer;
  readonly value: RespValue;
  /** Elements of it and of the aggregates in it, itself not counted. */
  readonly elements: number;
  /** Aggregates around it when it was read: fewer leave no less room for what is in it. */
  readonly depth: number;
}

/** Arrays of fewer elements are not worth a look: those in a row are shorter. */
export const LONG_ROW = 9;
// The shortest element is three bytes, so that what is hashed lies in the row.
const HASHED = LONG_ROW * 3;
const longestRow = 8 << 10;
const mostBytes = 2 << 20;
/** Versions of the same command, about: the first words of a row are all that is hashed. */
const mostAlike = 16;

/** For decoders of the same settings; others leave it alone. Holds no more than 2 MB of rows, and their values. */
export class RowMemory {
  #settings: string | undefined;
  #rows = new Map<number, Row[]>();
  /** What is held of the wire; the values are some times that. */
  bytes = 0;

  /** Whether it is for decoders with these settings: the first one decides. */
  accepts(strings: string, limits: Limits): boolean {
    const settings = `${strings} ${JSON.stringify(limits)}`;
    this.#settings ??= settings;
    return strings !== 'buffer' && this.#settings === settings;
  }

  /** The row that begins at `at`, if its bytes are all there and known. */
  find(buffer: Buffer, at: number, end: number): Row | undefined {
    if (end - at < HASHED) return undefined;
    const rows = this.#rows.get(hashOf(buffer, at));
    if (rows === undefined) return undefined;
    for (const row of rows) {
      const { bytes } = row;
      const to = at + bytes.length;
      if (to > end || !mayBeSame(bytes, buffer, at)) continue;
      if (buffer.compare(bytes, 0, bytes.length, at, to) === 0) return row;
    }
    return undefined;
  }

  /** Remembers a row that was read from `at` to `to`. Forgets all rather than to hold too much. */
  keep(buffer: Buffer, at: number, to: number, row: Omit<Row, 'bytes'>): void {
    const size = to - at;
    if (size > longestRow || size < HASHED) return;
    if (this.bytes + size > mostBytes) {
      this.#rows = new Map();
      this.bytes = 0;
    }
    const hash = hashOf(buffer, at);
    const rows = this.#rows.get(hash) ?? [];
    this.#rows.set(hash, rows);
    if (rows.length >= mostAlike) this.bytes -= rows.shift()?.bytes.length ?? 0;
    rows.push({ ...row, bytes: Buffer.from(buffer.subarray(at, to)) });
    this.bytes += size;
  }
}

/** A look at a few bytes, which tells most versions of a command apart for a tenth of what comparing costs. */
function mayBeSame(bytes: Buffer, buffer: Buffer, at: number): boolean {
  const { length } = bytes;
  for (let i = length - 1; i >= HASHED; i -= (length >> 3) + 1) if (bytes[i] !== buffer[at + i]) return false;
  return true;
}

function hashOf(buffer: Buffer, at: number): number {
  let hash = 0;
  for (let i = at; i < at + HASHED; i++) hash = (Math.imul(hash, 31) + (buffer[i] as number)) | 0;
  return hash;
}
