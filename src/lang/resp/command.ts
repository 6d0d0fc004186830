/**
 * Decodes what clients send: arrays of bulk strings, or inline commands. Stricter than the servers where servers
 * differ between versions (what follows a CR, a NUL in an inline command): a gateway that reads a stream in one
 * way in front of a server that reads it in another lets commands through unseen.
 */
import { Input, MORE, READY, TOO_LONG } from './input.ts';
import { splitInline } from './inline.ts';
import type { DecodeError, Pending } from './limits.ts';
import { readInteger } from './number.ts';
import { ARRAY, BULK, CR, LF } from './wire.ts';

export interface CommandLimits {
  /** Bytes of one command on the wire. */
  readonly maxBytes: number;
  /** Bytes of one argument (the server's `proto-max-bulk-len`). */
  readonly maxBulk: number;
  /** Bytes of an inline command or a header line; servers take 64 KB. */
  readonly maxLine: number;
  readonly maxArguments: number;
}

/** Well above what clients send, far below what a server would take. */
export const defaultCommandLimits: CommandLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxBulk: 64 * 1024 * 1024,
  maxLine: 64 * 1024,
  maxArguments: 1024 * 1024,
};

/** What servers since Redis 6.2.6 grant a client before it has logged in. */
export const unauthenticatedLimits = { maxArguments: 10, maxBulk: 16_384 } as const;

export interface CommandDecoderOptions {
  readonly limits?: Partial<CommandLimits>;
  /** Default true. False: `unauthenticatedLimits` hold, until it is set to true. */
  readonly authenticated?: boolean;
}

export interface Command {
  /** At least one. Views into the chunks: copy what is kept. */
  readonly args: readonly Uint8Array[];
  readonly inline: boolean;
}

export interface CommandDecoder {
  /** Takes a chunk without copying it. Ignored once there is an error. */
  push(chunk: Uint8Array): void;
  /** The next complete command. Commands after it are not looked at yet, so a login in a pipeline counts. */
  next(): Command | undefined;
  /** May be changed between two commands. */
  authenticated: boolean;
  /** Its `message` is what a server writes after `-ERR Protocol error: ` before it closes. */
  readonly error: DecodeError | undefined;
  readonly pending: Pending;
  readonly held: number;
}

/**
 * @example
 * const decoder = createCommandDecoder({ authenticated: false });
 * decoder.push(Buffer.from('*11\r\n'));
 * decoder.next(); // undefined
 * decoder.error?.message; // 'unauthenticated multibulk length'
 */
export function createCommandDecoder(options: CommandDecoderOptions = {}): CommandDecoder {
  return new CommandReader({ ...defaultCommandLimits, ...options.limits }, options.authenticated ?? true);
}

class CommandReader implements CommandDecoder {
  authenticated: boolean;
  error: DecodeError | undefined;
  readonly #limits: CommandLimits;
  readonly #input = new Input();
  #args: Uint8Array[] = [];
  /** Arguments that the command still lacks; 0 between commands. */
  #left = 0;
  /** Length of the argument whose header is read, or -1. */
  #length = -1;
  #elementStart = 0;

  constructor(limits: CommandLimits, authenticated: boolean) {
    this.#limits = limits;
    this.authenticated = authenticated;
  }

  push(chunk: Uint8Array): void {
    if (this.error !== undefined) return;
    if (this.#input.unread > this.#limits.maxBytes) this.#exceeds('maxBytes', 'requests are not being read');
    else this.#input.push(chunk);
  }

  next(): Command | undefined {
    while (this.error === undefined && this.#input.advance()) {
      const command = this.#left === 0 ? this.#first() : this.#argument();
      if (command !== undefined) return command;
    }
    return undefined;
  }

  get pending(): Pending {
    const input = this.#input;
    const bytes = input.used;
    if (this.error !== undefined || (this.#left === 0 && !input.isCut))
      return { bytes: 0, waitingFor: 'anything' };
    if (this.#length >= 0) {
      return { bytes, waitingFor: 'rest of a bulk string', missing: this.#length + 2 - input.filled };
    }
    if (input.isCut) return { bytes, waitingFor: 'rest of a line' };
    return { bytes, waitingFor: 'next element', missing: this.#left };
  }

  get held(): number {
    return this.#input.held;
  }

  #first(): Command | undefined {
    const input = this.#input;
    if (!input.isCut) {
      input.mark = input.at;
      this.#elementStart = input.offset;
    }
    const inline =
      (input.isCut ? this.#firstByte : (this.#firstByte = input.buffer[input.at] ?? 0)) !== ARRAY;
    const state = input.line(Math.min(this.#limits.maxLine, this.#limits.maxBytes - 2), inline);
    if (state === MORE) return undefined;
    if (state === TOO_LONG) {
      return this.#exceeds('maxLine', inline ? 'too big inline request' : 'too big mbulk count string');
    }
    if (state !== READY) return this.#breaks('invalid CRLF in request');
    return inline ? this.#inline() : this.#count();
  }

  #firstByte = 0;

  #inline(): Command | undefined {
    const { buffer, lineBuffer, lineStart, lineEnd } = this.#input;
    const line = lineBuffer.subarray(lineStart, lineEnd);
    // A line that a chunk's edge cut lies in a buffer that the next one will reuse.
    const split = splitInline(lineBuffer === buffer ? line : Buffer.from(line));
    if ('problem' in split) return this.#breaks(split.problem);
    if (split.args.length > this.#limits.maxArguments)
      return this.#exceeds('maxArguments', 'too many arguments');
    return split.args.length === 0 ? undefined : { args: split.args, inline: true };
  }

  #count(): undefined {
    const { lineBuffer, lineStart, lineEnd } = this.#input;
    const count = readInteger(lineBuffer, lineStart + 1, lineEnd);
    if (count === undefined) return this.#breaks('invalid multibulk length');
    if (count > this.#limits.maxArguments) return this.#exceeds('maxArguments', 'invalid multibulk length');
    if (!this.authenticated && count > unauthenticatedLimits.maxArguments) {
      return this.#exceeds('maxArguments', 'unauthenticated multibulk length');
    }
    // None, or fewer than none: servers pass over both without an answer.
    this.#left = Math.max(0, Number(count));
    this.#args = [];
    return undefined;
  }

  #argument(): Command | undefined {
    const input = this.#input;
    if (this.#length < 0 && !this.#header()) return undefined;
    const length = this.#length;
    if (!input.bulk(length)) return undefined;
    const { bulkBuffer: buffer, bulkStart: from } = input;
    if (buffer[from + length] !== CR || buffer[from + length + 1] !== LF)
      return this.#breaks('invalid CRLF in request');
    this.#args.push(buffer.subarray(from, from + length));
    this.#length = -1;
    if (--this.#left > 0) return undefined;
    const args = this.#args;
    this.#args = [];
    return { args, inline: false };
  }

  #header(): boolean {
    const input = this.#input;
    if (!input.isCut) {
      this.#elementStart = input.offset;
      const type = input.buffer[input.at] ?? 0;
      if (type !== BULK) {
        this.#breaks(`expected '$', got '${type > 0x20 && type < 0x7f ? String.fromCharCode(type) : '.'}'`);
        return false;
      }
    }
    const left = this.#limits.maxBytes - (this.#elementStart - input.base - input.mark) - 2;
    const state = input.line(Math.min(this.#limits.maxLine, left), false);
    if (state === MORE) return false;
    if (state === TOO_LONG) this.#exceeds('maxLine', 'too big bulk count string');
    else if (state !== READY) this.#breaks('invalid CRLF in request');
    else this.#accept(readInteger(input.lineBuffer, input.lineStart + 1, input.lineEnd));
    return this.#length >= 0;
  }

  #accept(length: number | bigint | undefined): void {
    const input = this.#input;
    const left = this.#limits.maxBytes - input.used - 2;
    if (length === undefined || length < 0) this.#breaks('invalid bulk length');
    else if (length > this.#limits.maxBulk) this.#exceeds('maxBulk', 'invalid bulk length');
    else if (!this.authenticated && length > unauthenticatedLimits.maxBulk) {
      this.#exceeds('maxBulk', 'unauthenticated bulk length');
    } else if (length > left) this.#exceeds('maxBytes', 'too big request');
    else this.#length = Number(length);
  }

  #breaks(message: string): undefined {
    return this.#fail({ kind: 'protocol', message, offset: this.#elementStart });
  }

  #exceeds(limit: keyof CommandLimits, message: string): undefined {
    return this.#fail({ kind: 'limit', message, offset: this.#elementStart, limit });
  }

  #fail(error: DecodeError): undefined {
    this.error = error;
    this.#input.clear();
    this.#args = [];
    this.#left = 0;
    this.#length = -1;
    return undefined;
  }
}
