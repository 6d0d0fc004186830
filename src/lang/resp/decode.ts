/**
 * Decodes the replies of a server. Written for servers that lie: every length is judged on its header, nothing is
 * allocated because a header says so, nesting costs no call stack, and the result never depends on how the
 * network cut the stream.
 *
 * Three gears. `#single` reads a reply that is one bulk string, `#fast` the common types, in place: for as long
 * as elements are whole and ordinary, and both stop *before* anything else. `#slow`
 * then reads exactly one element of any kind, across chunks if need be, and is the only one that judges. What the
 * faster gears decline costs a second look, never a different answer. They share the stack and the offsets, which
 * is why they share this file.
 */
import { ATTRIBUTED, createFrame, makeRoom, ROOT, type Frame } from './frame.ts';
import { BARE_CR, BARE_LF, type Bytes, Input, MORE, TOO_LONG } from './input.ts';
import { defaultLimits, type DecodeError, type Limits, type Pending } from './limits.ts';
import { readBigNumber, readDouble, readInteger, readLength } from './number.ts';
import { MANY, readLongIntegers, readManyIntegers, readShortIntegers } from './integers.ts';
import { pairUp } from './read.ts';
import { LONG_ROW, type RowMemory } from './rows.ts';
import { SHORT, shortText } from './short-text.ts';
import type { RespValue } from './value.ts';
import {
  ARRAY,
  ATTRIBUTES,
  BIG_NUMBER,
  BLOB_ERROR,
  BOOLEAN,
  BULK,
  CR,
  DOUBLE,
  ERROR,
  INTEGER,
  isType,
  LF,
  MAP,
  NULL,
  PUSH,
  SET,
  SIMPLE,
  VERBATIM,
} from './wire.ts';

/** How bulk strings are given: as text, or as views into the chunks. Simple strings are text: latin1 for `buffer`. */
export type Strings = 'utf8' | 'latin1' | 'buffer';

export interface DecoderOptions {
  readonly limits?: Partial<Limits>;
  /** Default `utf8`, where bytes that are not UTF-8 are lost; `latin1` and `buffer` keep every byte. */
  readonly strings?: Strings;
  /** What decoders of the same settings have met before, so that it need not be read again. Not with `buffer`. */
  readonly rows?: RowMemory;
}

/** A stream of replies. Give it chunks with `push`, then take values with `next` until it has none. */
export interface Decoder {
  /**
   * Takes a chunk. It is not copied: do not change it afterwards. Pushing on and on without reading is an error
   * of kind `limit`, too. Ignored once there is an error.
   */
  push(chunk: Uint8Array): void;
  /** The next complete reply, or `undefined`: more bytes are needed, or there is an error. */
  next(): RespValue | undefined;
  /** Why the stream cannot be read further. Replies before it have all been given. */
  readonly error: DecodeError | undefined;
  /** What is missing: for the message when the caller's time limit ends the wait. */
  readonly pending: Pending;
  /** Bytes of chunks and copies that are held now. */
  readonly held: number;
}

/**
 * @example
 * const decoder = createDecoder({ limits: { maxBytes: 1_000_000 } });
 * decoder.push(Buffer.from('+PONG\r\n'));
 * decoder.next(); // { kind: 'simple', text: 'PONG' }
 */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  return new ReplyDecoder({ ...defaultLimits, ...options.limits }, options.strings ?? 'utf8', options.rows);
}

/** The fast gears read numbers of fewer characters: they are exact, and surely within a line's limit. */
const LONGEST = 16;

/** The commonest simple string is always the same value. */
const ok: RespValue = { kind: 'simple', text: 'OK' };

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

class ReplyDecoder implements Decoder {
  error: DecodeError | undefined;
  readonly #limits: Limits;
  readonly #strings: Strings;
  readonly #encoding: 'utf8' | 'latin1';
  readonly #input = new Input();
  readonly #root: Frame = createFrame(ROOT, 1, 0);
  /** Length of the longest bulk string that no limit can be against; below 0 if there is none. */
  readonly #ordinary: number;
  #frame: Frame = this.#root;
  #outer: Frame[] = [];
  #elements = 0;
  /** Where on the stream the current element began. */
  #elementStart = 0;
  /** The type of the bulk string whose header is read, or 0; and its length. */
  #bulkType = 0;
  #bulkLength = 0;
  readonly #rows: RowMemory | undefined;
  /** The innermost row being read: aggregates around it (0: there is none), where on the stream it began, and what was counted before it. */
  #rowDepth = 0;
  #rowStart = 0;
  #rowElements = 0;

  constructor(limits: Limits, strings: Strings, rows: RowMemory | undefined) {
    this.#limits = limits;
    this.#rows = rows?.accepts(strings, limits) ? rows : undefined;
    this.#strings = strings;
    // The header is at most LONGEST bytes.
    const { maxBulk, maxBytes, maxLine } = limits;
    this.#ordinary = maxLine < LONGEST ? -1 : Math.min(maxBulk, maxBytes - LONGEST - 2);
    this.#encoding = strings === 'utf8' ? 'utf8' : 'latin1';
  }

  push(chunk: Uint8Array): void {
    if (this.error !== undefined) return;
    const input = this.#input;
    if (input.at < input.end && input.unread > this.#limits.maxBytes) {
      this.#exceeds('maxBytes', 'replies are not being read');
    } else input.push(chunk);
  }

  next(): RespValue | undefined {
    const input = this.#input;
    // After an error there is never anything to read.
    return input.at < input.end || input.advance() ? this.#read(input) : undefined;
  }

  #read(input: Input): RespValue | undefined {
    if (this.#frame === this.#root && this.#bulkType === 0 && !input.isCut) {
      const reply = this.#single(input);
      if (reply !== undefined) return reply;
    }
    do {
      if (this.#bulkType === 0 && !input.isCut) this.#fast(input);
      if (this.#root.filled === 1) return this.#finish();
    } while (this.#slow());
    return undefined;
  }

  get pending(): Pending {
    const input = this.#input;
    const bytes = input.used;
    if (bytes === 0 || this.error !== undefined) return { bytes: 0, waitingFor: 'anything' };
    if (this.#bulkType !== 0) {
      return { bytes, waitingFor: 'rest of a bulk string', missing: this.#bulkLength + 2 - input.filled };
    }
    if (input.isCut) return { bytes, waitingFor: 'rest of a line' };
    return { bytes, waitingFor: 'next element', missing: this.#frame.length - this.#frame.filled };
  }

  get held(): number {
    return this.#input.held;
  }

  #finish(): RespValue | undefined {
    this.#root.filled = 0;
    this.#elements = 0;
    this.#input.mark = this.#input.at;
    const value = this.#root.items[0];
    this.#root.items[0] = null;
    return value;
  }

  /** The commonest replies: one bulk string, not empty, or one integer above 0, that lies in the chunk whole. */
  #single(input: Input): RespValue | undefined {
    const { buffer, at, end } = input;
    if (end - at < 6) return undefined;
    const type = buffer[at];
    if (type !== BULK && type !== INTEGER) return undefined;
    let i = at + 1;
    let digit = (buffer[i] as number) - 0x30;
    if (digit < 1 || digit > 9) return undefined;
    let length = digit;
    const last = Math.min(end, i + 9);
    while (++i < last && (digit = ((buffer[i] as number) - 0x30) >>> 0) <= 9) {
      length = (length * 10 + digit) | 0;
    }
    if (type === INTEGER) {
      if (i + 2 > end || buffer[i] !== CR || buffer[i + 1] !== LF || this.#ordinary < 0) return undefined;
      input.at = input.mark = i + 2;
      return length;
    }
    const from = i + 2;
    const to = from + length;
    if (from > end || buffer[i] !== CR || buffer[i + 1] !== LF || length > this.#ordinary) return undefined;
    if (to + 2 > end) {
      // The chunk's edge cuts it: its header is read and judged, `#slow` gathers the rest.
      this.#elementStart = input.offset;
      this.#bulkType = BULK;
      this.#bulkLength = length;
      input.at = from;
      return undefined;
    }
    if (buffer[to] !== CR || buffer[to + 1] !== LF) return undefined;
    input.at = input.mark = to + 2;
    if (this.#strings === 'utf8') return buffer.utf8Slice(from, to);
    if (this.#strings === 'latin1') return buffer.latin1Slice(from, to);
    input.memory ??= buffer.buffer;
    return new Uint8Array(input.memory, buffer.byteOffset + from, length);
  }

  /** Reads what is ordinary in the current chunk, and stops before what is not, or when the reply is whole. */
  #fast(input: Input): void {
    const { buffer, end } = input;
    const { maxBulk, maxBytes, maxLine, maxElements, maxDepth } = this.#limits;
    const strings = this.#strings;
    const budget = maxLine < LONGEST ? 0 : input.mark + maxBytes;
    const stop = budget < end ? budget : end;
    let { at } = input;
    let frame = this.#frame;
    if (frame.items.length < frame.length) makeRoom(frame, stop - at);
    let { items, filled, length } = frame;
    for (;;) {
      while (filled === length && frame !== this.#root) {
        if (this.#outer.length === this.#rowDepth) this.#keepRow(input, at);
        this.#close();
        frame = this.#frame;
        ({ items, filled, length } = frame);
      }
      // The shortest element is a null of 3 bytes; 4 are sure to hold one byte after the type and the line's end.
      if (filled === length || stop - at < 4) break;
      const type = buffer[at];
      if (type === INTEGER) {
        frame.filled = filled;
        let next = length - filled >= MANY ? readManyIntegers(buffer, input.view, at, stop, frame) : at;
        if (next === at) next = readShortIntegers(buffer, at, stop, frame);
        if (next === at) next = readLongIntegers(buffer, at, stop, frame);
        if (next === at) break;
        at = next;
        ({ filled } = frame);
        continue;
      }
      let i = at + 1;
      let value: RespValue;
      if (type === BULK || type === ARRAY || type === MAP || type === SET) {
        let digit = (buffer[i] as number) - 0x30;
        const negative = digit === 0x2d - 0x30;
        if (negative) digit = (buffer[++i] as number) - 0x30;
        // A leading zero stands alone; a minus sign stands before 1, for null.
        if (digit < (negative ? 1 : 0) || digit > 9) break;
        let number = digit;
        // Nine digits fit 31 bits; longer than that is for the limits to judge.
        const last = digit === 0 ? i : Math.min(stop, i + 9);
        while (++i < last && (digit = ((buffer[i] as number) - 0x30) >>> 0) <= 9) {
          number = (number * 10 + digit) | 0;
        }
        if (i + 2 > stop || buffer[i] !== CR || buffer[i + 1] !== LF) break;
        i += 2;
        if (negative) {
          if (number !== 1 || type === MAP || type === SET) break;
          value = null;
        } else if (type === BULK) {
          const to = i + number;
          if (to + 2 > stop || number > maxBulk || buffer[to] !== CR || buffer[to + 1] !== LF) break;
          if (strings !== 'buffer') value = text(buffer, i, to, strings);
          else {
            input.memory ??= buffer.buffer;
            value = new Uint8Array(input.memory, buffer.byteOffset + i, number);
          }
          i = to + 2;
        } else {
          const count = type === MAP ? number * 2 : number;
          if (count > maxElements - this.#elements || this.#outer.length >= maxDepth) break;
          frame.filled = filled;
          if (count >= LONG_ROW && this.#rows !== undefined && type === ARRAY && frame !== this.#root) {
            const row = this.#rows.find(buffer, at, stop);
            if (
              row !== undefined &&
              row.elements <= maxElements - this.#elements &&
              row.depth >= this.#outer.length
            ) {
              this.#elements += row.elements;
              this.#rowDepth = 0;
              items[filled++] = row.value;
              at += row.bytes.length;
              continue;
            }
            this.#rowDepth = this.#outer.length + 1;
            this.#rowStart = input.base + at;
            this.#rowElements = this.#elements;
          }
          this.#open(type, count, stop - i);
          at = i;
          frame = this.#frame;
          ({ items, filled, length } = frame);
          continue;
        }
      } else if (type === SIMPLE) {
        const last = Math.min(stop - 1, at + LONGEST);
        while (i < last && (buffer[i] as number) > CR) i++;
        if (i >= last || buffer[i] !== CR || buffer[i + 1] !== LF) break;
        if (i - at === 3 && buffer[at + 1] === 0x4f && buffer[at + 2] === 0x4b) value = ok;
        else {
          value = { kind: 'simple', text: text(buffer, at + 1, i, this.#encoding) };
        }
        i += 2;
      } else if (type === NULL && buffer[i] === CR && buffer[i + 1] === LF) {
        value = null;
        i += 2;
      } else break;
      at = i;
      items[filled++] = value;
    }
    input.at = at;
    frame.filled = filled;
  }

  #open(type: number, count: number, bytes: number): void {
    this.#elements += count;
    this.#outer.push(this.#frame);
    this.#frame = createFrame(type, count, bytes);
  }

  /** Reads one element, or its next part; false when more bytes are needed or the stream is broken. */
  #slow(): boolean {
    const input = this.#input;
    if (input.at >= input.end && !input.advance()) return false;
    if (this.#bulkType !== 0) return this.#payload();
    this.#elementStart = input.offset;
    if (!input.isCut) {
      const type = input.buffer[input.at] ?? 0;
      if (!isType(type)) return this.#breaks(`not a reply: it begins with byte 0x${hex(type)}`);
    }
    const left = this.#limits.maxBytes - (this.#elementStart - input.base - input.mark) - 2;
    // The type is one byte more than the line's content.
    const state = input.line(Math.min(this.#limits.maxLine + 1, left), false);
    if (state === MORE) return input.advance();
    if (state === TOO_LONG)
      return this.#limits.maxLine + 1 <= left ? this.#exceeds('maxLine') : this.#exceeds('maxBytes');
    if (state === BARE_LF) return this.#breaks('a line ends with LF instead of CRLF');
    if (state === BARE_CR) return this.#breaks('CR without LF in a line');
    return this.#line(
      input.lineBuffer,
      input.lineStart + 1,
      input.lineEnd,
      input.lineBuffer[input.lineStart] ?? 0,
    );
  }

  #line(line: Buffer, from: number, to: number, type: number): boolean {
    switch (type) {
      case BULK:
      case VERBATIM:
      case BLOB_ERROR:
        return this.#bulkHeader(line, from, to, type);
      case ARRAY:
      case SET:
      case MAP:
      case PUSH:
      case ATTRIBUTES:
        return this.#aggregateHeader(line, from, to, type);
      case SIMPLE:
        return this.#give({ kind: 'simple', text: line.toString(this.#encoding, from, to) });
      case ERROR:
        return this.#give({ kind: 'error', text: line.toString(this.#encoding, from, to), bulk: false });
      case INTEGER:
        return this.#giveRead(readInteger(line, from, to), 'not a 64-bit integer');
      case NULL:
        return from === to ? this.#give(null) : this.#breaks('a null with content');
      case BOOLEAN:
        if (to - from !== 1 || (line[from] !== 0x74 && line[from] !== 0x66))
          return this.#breaks('a boolean is t or f');
        return this.#give(line[from] === 0x74);
      case DOUBLE: {
        const value = readDouble(line, from, to);
        return this.#giveRead(value === undefined ? value : { kind: 'double', value }, 'not a double');
      }
      case BIG_NUMBER: {
        const value = readBigNumber(line, from, to);
        return this.#giveRead(
          value === undefined ? value : { kind: 'big-number', value },
          'not a big number',
        );
      }
      default:
        throw new Error(`a type without a reader: 0x${hex(type)}`);
    }
  }

  #length(line: Buffer, from: number, to: number): number | undefined {
    const length = readLength(line, from, to);
    if (length !== undefined) return length;
    // No server sends them, and no limit could be judged on their header.
    const streamed = to - from === 1 && line[from] === 0x3f;
    this.#breaks(streamed ? 'streamed strings and aggregates are not supported' : 'not a length');
    return undefined;
  }

  #bulkHeader(line: Buffer, from: number, to: number, type: number): boolean {
    const length = this.#length(line, from, to);
    if (length === undefined) return false;
    if (length < 0) return type === BULK ? this.#give(null) : this.#breaks('not a length');
    if (length > this.#limits.maxBulk) return this.#exceeds('maxBulk');
    if (length + 2 > this.#limits.maxBytes - this.#input.used) return this.#exceeds('maxBytes');
    this.#bulkType = type;
    this.#bulkLength = length;
    return this.#payload();
  }

  #payload(): boolean {
    const input = this.#input;
    const length = this.#bulkLength;
    if (!input.bulk(length)) return input.advance();
    const type = this.#bulkType;
    this.#bulkType = 0;
    const { bulkBuffer: buffer, bulkStart: from } = input;
    const to = from + length;
    if (buffer[to] !== CR || buffer[to + 1] !== LF)
      return this.#breaks('a bulk string does not end where its length says');
    if (type === BULK) {
      const value = this.#text(buffer, from, to);
      if (this.#strings !== 'buffer') input.recycle();
      return this.#give(value);
    }
    if (type === BLOB_ERROR) {
      return this.#give({ kind: 'error', text: buffer.toString(this.#encoding, from, to), bulk: true });
    }
    if (length < 4 || buffer[from + 3] !== 0x3a) return this.#breaks('a verbatim string without its format');
    const format = buffer.toString('latin1', from, from + 3);
    return this.#give({ kind: 'verbatim', format, value: this.#text(buffer, from + 4, to) });
  }

  #text(buffer: Bytes, from: number, to: number): string | Uint8Array {
    if (this.#strings === 'utf8') return buffer.utf8Slice(from, to);
    if (this.#strings === 'latin1') return buffer.latin1Slice(from, to);
    return new Uint8Array(buffer.buffer, buffer.byteOffset + from, to - from);
  }

  #aggregateHeader(line: Buffer, from: number, to: number, type: number): boolean {
    const length = this.#length(line, from, to);
    if (length === undefined) return false;
    if (length < 0) return type === ARRAY ? this.#give(null) : this.#breaks('not a length');
    if (type === PUSH && this.#frame !== this.#root) return this.#breaks('a push inside a reply');
    const count = type === MAP || type === ATTRIBUTES ? length * 2 : length;
    if (count > this.#limits.maxElements - this.#elements) return this.#exceeds('maxElements');
    if (this.#outer.length >= this.#limits.maxDepth) return this.#exceeds('maxDepth');
    this.#open(type, count, this.#input.end - this.#input.at);
    return true;
  }

  /** The innermost row is full: it is kept where it lies in this chunk whole, and no row is in it. */
  #keepRow({ buffer, base }: Input, to: number): void {
    const depth = this.#rowDepth - 1;
    this.#rowDepth = 0;
    const from = this.#rowStart - base;
    if (from < 0 || this.#frame.type !== ARRAY) return;
    this.#rows?.keep(buffer, from, to, {
      value: this.#frame.items,
      elements: this.#elements - this.#rowElements,
      depth,
    });
  }

  /** Ends the innermost aggregate, which is full, and gives it to the one around it. */
  #close(): void {
    const { type, items, attributes } = this.#frame;
    if (type === ATTRIBUTES) {
      this.#frame = createFrame(ATTRIBUTED, 1, 0, pairUp(items));
      return;
    }
    this.#frame = this.#outer.pop() ?? this.#root;
    if (type === ARRAY) this.#give(items);
    else if (type === MAP) this.#give({ kind: 'map', pairs: pairUp(items) });
    else if (type === SET) this.#give({ kind: 'set', items });
    else if (type === PUSH) this.#give({ kind: 'push', items });
    else this.#give({ kind: 'attributed', attributes, value: items[0] ?? null });
  }

  #give(value: RespValue): boolean {
    const frame = this.#frame;
    frame.items[frame.filled++] = value;
    return true;
  }

  #giveRead(value: RespValue | undefined, otherwise: string): boolean {
    return value === undefined ? this.#breaks(otherwise) : this.#give(value);
  }

  #breaks(message: string): false {
    return this.#fail({ kind: 'protocol', message, offset: this.#elementStart });
  }

  #exceeds(limit: keyof Limits, message = `${what[limit]} than ${this.#limits[limit]}`): false {
    return this.#fail({ kind: 'limit', message, offset: this.#elementStart, limit });
  }

  #fail(error: DecodeError): false {
    this.error = error;
    this.#rowDepth = 0;
    this.#input.clear();
    this.#outer = [];
    this.#root.items[0] = null;
    this.#root.filled = 0;
    this.#frame = this.#root;
    return false;
  }
}

function text(buffer: Bytes, from: number, to: number, encoding: 'utf8' | 'latin1'): string {
  const short = to - from <= SHORT ? shortText(buffer, from, to - from) : undefined;
  if (short !== undefined) return short;
  return encoding === 'utf8' ? buffer.utf8Slice(from, to) : buffer.latin1Slice(from, to);
}

const what: Readonly<Record<keyof Limits, string>> = {
  maxBytes: 'a reply of more bytes',
  maxBulk: 'a bulk string of more bytes',
  maxLine: 'a line of more bytes',
  maxDepth: 'a reply nested deeper',
  maxElements: 'a reply of more elements',
};
