import type { RespMap, RespValue } from './value.ts';

export interface EncodeOptions {
  /** 3 (default) writes what the value says; 2 writes it as a server does for a RESP2 client. */
  readonly protocol?: 2 | 3;
  /** How text becomes bytes; default `utf8`. Use `latin1` for values decoded with `latin1` or `buffer`. */
  readonly strings?: 'utf8' | 'latin1';
}

/**
 * A command as RESP: an array of bulk strings. Arguments may hold any bytes; none can become a second command.
 * Text is written as UTF-8.
 *
 * @example encodeCommand(['GET', 'key']) // *2\r\n$3\r\nGET\r\n$3\r\nkey\r\n
 */
export function encodeCommand(args: readonly (string | Uint8Array)[]): Uint8Array {
  const writer = new Writer('utf8');
  writer.header('*', args.length);
  for (const arg of args) writer.bulk('$', arg);
  return writer.end();
}

/**
 * A reply as a server writes it, the counterpart of the decoder. What RESP2 cannot say is written as servers say
 * it there: a map as a flat array, a double as a bulk string, a boolean as 1 or 0, attributes not at all. Throws
 * `RangeError` only for values nested deeper than the call stack, which no decoder gives within its default limits.
 *
 * @example encode([1, 'a', null], { protocol: 2 }) // *3\r\n:1\r\n$1\r\na\r\n$-1\r\n
 */
export function encode(value: RespValue, options: EncodeOptions = {}): Uint8Array {
  const writer = new Writer(options.strings ?? 'utf8');
  writeValue(writer, value, options.protocol ?? 3);
  return writer.end();
}

function writeValue(writer: Writer, value: RespValue, protocol: 2 | 3): void {
  if (value === null) return writer.line(protocol === 3 ? '_' : '$-1');
  if (typeof value === 'string' || value instanceof Uint8Array) return writer.bulk('$', value);
  if (typeof value === 'number' || typeof value === 'bigint') return writer.line(`:${value}`);
  if (typeof value === 'boolean')
    return writer.line(protocol === 3 ? `#${value ? 't' : 'f'}` : `:${value ? 1 : 0}`);
  if (!('kind' in value)) return writeItems(writer, '*', value, protocol);
  switch (value.kind) {
    case 'simple':
      return writer.line(`+${oneLine(value.text)}`);
    case 'error':
      if (value.bulk && protocol === 3) return writer.bulk('!', value.text);
      return writer.line(`-${oneLine(value.text)}`);
    case 'double': {
      const text = doubleText(value.value);
      return protocol === 3 ? writer.line(`,${text}`) : writer.bulk('$', text);
    }
    case 'big-number':
      return protocol === 3 ? writer.line(`(${value.value}`) : writer.bulk('$', String(value.value));
    case 'verbatim':
      return protocol === 3 ? writer.bulk('=', value.value, value.format) : writer.bulk('$', value.value);
    case 'map':
      return writePairs(writer, protocol === 3 ? '%' : '*', value.pairs, protocol);
    case 'set':
      return writeItems(writer, protocol === 3 ? '~' : '*', value.items, protocol);
    case 'push':
      return writeItems(writer, protocol === 3 ? '>' : '*', value.items, protocol);
    case 'attributed':
      if (protocol === 3) writePairs(writer, '|', value.attributes, protocol);
      return writeValue(writer, value.value, protocol);
  }
}

function writeItems(writer: Writer, type: string, items: readonly RespValue[], protocol: 2 | 3): void {
  writer.header(type, items.length);
  for (const item of items) writeValue(writer, item, protocol);
}

function writePairs(writer: Writer, type: string, pairs: RespMap['pairs'], protocol: 2 | 3): void {
  writer.header(type, type === '*' ? pairs.length * 2 : pairs.length);
  for (const pair of pairs) for (const item of pair) writeValue(writer, item, protocol);
}

// As servers do: a line break in a simple string or an error would be the start of another reply.
const oneLine = (text: string): string => text.replaceAll(/[\r\n]/g, ' ');

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Gathers bytes in one growing buffer, so that many small arguments cost one allocation. */
class Writer {
  #buffer = Buffer.allocUnsafe(256);
  #size = 0;
  readonly #encoding: 'utf8' | 'latin1';

  constructor(encoding: 'utf8' | 'latin1') {
    this.#encoding = encoding;
  }

  header(type: string, count: number): void {
    this.line(`${type}${count}`);
  }

  line(text: string): void {
    const size = Buffer.byteLength(text, this.#encoding);
    this.#reserve(size + 2);
    this.#size += this.#buffer.write(text, this.#size, this.#encoding);
    this.#crlf();
  }

  bulk(type: string, content: string | Uint8Array, format?: string): void {
    const prefix = format === undefined ? '' : `${format}:`;
    const size = typeof content === 'string' ? Buffer.byteLength(content, this.#encoding) : content.length;
    this.#reserve(size + 40);
    this.#size += this.#buffer.write(`${type}${size + prefix.length}\r\n${prefix}`, this.#size, 'latin1');
    if (typeof content === 'string') this.#buffer.write(content, this.#size, this.#encoding);
    else this.#buffer.set(content, this.#size);
    this.#size += size;
    this.#crlf();
  }

  #crlf(): void {
    this.#buffer[this.#size++] = 13;
    this.#buffer[this.#size++] = 10;
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#size + more));
    this.#buffer.copy(larger, 0, 0, this.#size);
    this.#buffer = larger;
  }

  end(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }
}
