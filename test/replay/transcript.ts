/** Reads recordings of real servers: `> COMMAND` and the reply's bytes, with escapes, one LF of decoration per line. */
import { splitArgs } from '../../src/lang/quote/index.ts';

/** One command and what the server answered, with the protocol version that was in force. */
export interface Exchange {
  readonly args: readonly string[];
  readonly reply: Buffer;
  readonly protocol: 2 | 3;
}

/** Raw bytes sent, the bytes that came back, and whether the server then closed. */
export interface RawExchange {
  readonly sent: Buffer;
  readonly reply: Buffer;
  readonly closed: boolean;
}

const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\', '"': '"' };

/** Turns escaped text into bytes. Real line feeds are decoration. */
export function unescape(text: string): Buffer {
  const plain = text
    .replaceAll('\n', '')
    .replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (whole, hex: string | undefined, letter: string | undefined) =>
      hex === undefined ? (escapes[letter ?? ''] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(plain, 'latin1');
}

/** Reads a file of commands and replies. */
export function parseExchanges(text: string): readonly Exchange[] {
  let protocol: 2 | 3 = 2;
  return blocks(text).flatMap(([command, escaped]) => {
    const split = splitArgs(Buffer.from(command, 'utf8'));
    if (split.problem !== undefined || /^(?:timeout|closed)?\n*$/.test(escaped)) return [];
    const args = split.value.map((arg) => Buffer.from(arg).toString('latin1'));
    const reply = unescape(escaped);
    const kind = reply.toString('latin1', 0, 1);
    if (args[0]?.toUpperCase() === 'HELLO' && kind !== '-') protocol = kind === '%' ? 3 : 2;
    if (reply.toString('latin1') === '+RESET\r\n') protocol = 2;
    return [{ args, reply, protocol }];
  });
}

// A command begins a block only after an empty line or at the beginning: a push in RESP3 also begins with `>`.
function blocks(text: string): readonly (readonly [string, string])[] {
  return `\n\n${text}`
    .split(/\n\n(?=> )/)
    .slice(1)
    .map((block) => {
      const end = block.indexOf('\n');
      return end < 0
        ? ([block.slice(2), ''] as const)
        : ([block.slice(2, end), block.slice(end + 1)] as const);
    });
}

/** Reads a `raw-*.txt`: pairs of `> "…"` and `< "…" closed=…`. */
export function parseRaw(text: string): readonly RawExchange[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const [, reply, closed] = /^< ("(?:[^"\\]|\\.)*") closed=(\w+)/.exec(lines[index + 1] ?? '') ?? [];
    if (!line.startsWith('> ') || reply === undefined) return [];
    return [{ sent: quoted(line.slice(2)), reply: quoted(reply), closed: closed === 'true' }];
  });
}

/** What a server says on connect before any request, from `protected-mode.txt` or `maxclients.txt`; empty if nothing. */
export function parseGreeting(text: string): Buffer {
  const [, greeting] = /^(?:on connect:|<) ("(?:[^"\\]|\\.)*") closed=true/m.exec(text) ?? [];
  return greeting === undefined ? Buffer.alloc(0) : quoted(greeting);
}

const quoted = (text: string): Buffer => Buffer.from(String(JSON.parse(text)), 'latin1');
