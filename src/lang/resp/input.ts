/**
 * The bytes that have arrived and are not read yet. A decoder reads the current chunk in place through `buffer`,
 * `at` and `end`; only what a chunk's edge cuts in two is copied: a line into `carry`, a bulk string into one
 * buffer of its own, which never grows beyond a few times what has really arrived, whatever a header declares.
 */
import { CR, LF } from './wire.ts';

export const MORE = 0;
export const READY = 1;
export const TOO_LONG = 2;
export const BARE_LF = 3;
export const BARE_CR = 4;
type LineState = typeof MORE | typeof READY | typeof TOO_LONG | typeof BARE_LF | typeof BARE_CR;

const empty = Buffer.alloc(0) as Bytes;

/** A bulk string's buffer is at first at most this many times what has arrived of it. */
const AHEAD = 64;
/** A buffer that is kept for the next bulk string is at most this large. */
const SPARE = 2 * 1024 * 1024;
/** What a chunk costs besides its bytes, about. */
const CHUNK_COST = 128;

/** A Buffer with the two methods that its `toString` ends in: a seventh of a short string's cost is getting there. */
export interface Bytes extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

export class Input {
  buffer: Bytes = empty;
  /** `buffer.buffer`, kept by who asks for it often: the question itself costs a third of a view. */
  memory: ArrayBufferLike | undefined;
  at = 0;
  end = 0;
  /** Offset on the stream of `buffer[0]`. */
  base = 0;
  /** Where the current reply or command began, counted from `buffer[0]`: below 0 if in an earlier chunk. */
  mark = 0;
  /** Where the last line is (`READY`): its first byte and the end of its content. */
  lineBuffer: Bytes = empty;
  lineStart = 0;
  lineEnd = 0;
  /** Where the last bulk string is: its first byte. */
  bulkBuffer: Bytes = empty;
  bulkStart = 0;

  #view: DataView | undefined;
  #queue: Bytes[] = [];
  #queued = 0;
  #carry: Bytes = empty;
  #carried = 0;
  #bulk: Bytes | undefined;
  #spare: Bytes = empty;
  #filled = 0;

  push(chunk: Uint8Array): void {
    // Cheaper than Buffer.isBuffer, at every chunk.
    const isBuffer = (chunk as Partial<Bytes>).utf8Slice !== undefined;
    const buffer = (isBuffer ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)) as Bytes;
    if (this.at < this.end) {
      if (chunk.length === 0) return;
      this.#queue.push(buffer);
      this.#queued += buffer.length;
    } else this.#use(buffer);
  }

  #use(buffer: Bytes): void {
    this.base += this.end;
    this.mark -= this.end;
    this.buffer = buffer;
    this.memory = undefined;
    this.#view = undefined;
    this.at = 0;
    this.end = buffer.length;
    // What was last found must not keep its chunk alive.
    if (this.lineBuffer !== empty) this.lineBuffer = empty;
    if (this.bulkBuffer !== empty) this.bulkBuffer = empty;
  }

  /** Goes to the next chunk once the current one is read; false when there is none. */
  advance(): boolean {
    if (this.at < this.end) return true;
    if (this.#queue.length > 0) {
      const next = this.#queue.shift() ?? empty;
      this.#queued -= next.length;
      this.#use(next);
      return true;
    }
    return false;
  }

  /** Bytes that were pushed and not read, and what it costs to remember many small chunks. */
  get unread(): number {
    return this.end - this.at + this.#queued + this.#queue.length * CHUNK_COST;
  }

  /** Bytes held, all together. */
  get held(): number {
    return this.end + this.#queued + this.#carry.length + (this.#bulk?.length ?? 0) + this.#spare.length;
  }

  /** Offset on the stream of the next element: where a cut line began, if one is being carried. */
  get offset(): number {
    return this.base + this.at - this.#carried;
  }

  /** Bytes read of the current reply or command, and of the element that a chunk's edge cut. */
  get used(): number {
    return this.at - this.mark;
  }

  /** Whether an element has begun that the chunks so far do not complete. */
  get isCut(): boolean {
    return this.#carried > 0;
  }

  /** Bytes of the cut bulk string that have arrived. */
  get filled(): number {
    return this.#filled;
  }

  /** A view of `buffer`, for reading several bytes at once. */
  get view(): DataView {
    const { buffer } = this;
    return (this.#view ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length));
  }

  /** Forgets everything but the offset. */
  clear(): void {
    this.base += this.at;
    this.at = this.mark = 0;
    this.end = 0;
    this.#queue = [];
    this.#queued = 0;
    this.#carried = 0;
    this.#filled = 0;
    this.buffer = this.#carry = this.#spare = this.lineBuffer = this.bulkBuffer = empty;
    this.#bulk = this.memory = this.#view = undefined;
  }

  /**
   * Reads a line of at most `limit` bytes before its CRLF. With `lenient`, LF alone ends it and CR is content,
   * as in inline commands.
   */
  line(limit: number, lenient: boolean): LineState {
    if (this.#carried === 0) {
      const state = this.#scan(this.buffer, this.at, this.end, this.at, limit, lenient);
      if (state === READY) this.at = this.#next;
      else if (state === MORE) this.#keep(this.buffer, this.at, this.end);
      return state;
    }
    const before = this.#carried;
    // Only up to the line's end: what follows it stays in the chunk, uncopied.
    const found = this.buffer.indexOf(LF, this.at);
    const stop = Math.min(found < 0 ? this.end : found + 1, this.at + Math.max(0, limit + 2 - before));
    const start = this.at;
    this.#keep(this.buffer, start, stop);
    const state = this.#scan(this.#carry, 0, this.#carried, Math.max(0, before - 1), limit, lenient);
    if (state === READY) {
      this.at = start + this.#next - before;
      this.#carried = 0;
    }
    return state;
  }

  #next = 0;

  #scan(buffer: Bytes, start: number, end: number, from: number, limit: number, lenient: boolean): LineState {
    const room = Math.min(end, start + limit + 1);
    for (let i = from; i < room; i++) {
      const byte = buffer[i];
      if (byte === LF) {
        if (!lenient) return BARE_LF;
        this.#found(buffer, start, i > start && buffer[i - 1] === CR ? i - 1 : i, i + 1);
        return READY;
      }
      if (byte === CR && !lenient) {
        if (i + 1 >= end) return MORE;
        if (buffer[i + 1] !== LF) return BARE_CR;
        this.#found(buffer, start, i, i + 2);
        return READY;
      }
    }
    return end - start > limit ? TOO_LONG : MORE;
  }

  #found(buffer: Bytes, start: number, end: number, next: number): void {
    this.lineBuffer = buffer;
    this.lineStart = start;
    this.lineEnd = end;
    this.#next = next;
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    const size = this.#carried + end - start;
    if (size > this.#carry.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(64, size * 2)) as Bytes;
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    buffer.copy(this.#carry, this.#carried, start, end);
    this.#carried = size;
    this.at = end;
  }

  /** Reads a bulk string of `length` bytes and the two that end it; false while it is not all there. */
  bulk(length: number): boolean {
    const need = length + 2;
    const here = this.end - this.at;
    if (this.#bulk === undefined) {
      if (here >= need) {
        this.bulkBuffer = this.buffer;
        this.bulkStart = this.at;
        this.at += need;
        return true;
      }
      if (here === 0) return false;
      const size = Math.min(need, here * AHEAD);
      this.#bulk = size <= this.#spare.length ? this.#spare : (Buffer.allocUnsafe(size) as Bytes);
      this.#spare = empty;
    }
    const size = Math.min(need, this.#filled + here);
    if (size > this.#bulk.length) {
      const larger = Buffer.allocUnsafe(Math.min(need, size * 4)) as Bytes;
      this.#bulk.copy(larger, 0, 0, this.#filled);
      this.#bulk = larger;
    }
    const stop = this.at + size - this.#filled;
    this.buffer.copy(this.#bulk, this.#filled, this.at, stop);
    this.at = stop;
    this.#filled = size;
    if (size < need) return false;
    this.bulkBuffer = this.#bulk;
    this.bulkStart = 0;
    this.#bulk = undefined;
    this.#filled = 0;
    return true;
  }

  /** Says that the last bulk string has been copied: if it had a buffer of its own, the next one may use that. */
  recycle(): void {
    const buffer = this.bulkBuffer;
    if (buffer !== this.buffer && buffer.length <= SPARE) this.#spare = buffer;
    this.bulkBuffer = empty;
  }
}
