/**
 * JSON of a stranger. What it would become in memory is known before it is parsed: a few bytes of text (`{},`) make
 * an object of fifty, so the size of the file alone bounds nothing.
 */
export type ParsedJson = { readonly value: unknown } | { readonly problem: string };

export interface JsonLimits {
  /** Objects, lists and what stands in them. */
  readonly values: number;
  readonly depth: number;
  /** What it should be, for the words of a refusal: `snapshot`. */
  readonly of: string;
}

const quote = 0x22;
const backslash = 0x5c;

/** The place of the quote that ends the string which begins before `from`; the end of the text where there is none. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let before = at - 1;
    while (before >= from && bytes[before] === backslash) before--;
    if ((at - before) % 2 === 1) return at;
  }
  return bytes.length;
}

const comma = 0x2c;
const opens = (byte: number | undefined): boolean => byte === 0x5b || byte === 0x7b;
const closes = (byte: number | undefined): boolean => byte === 0x5d || byte === 0x7d;

function excess(bytes: Buffer, { values, depth, of }: JsonLimits): string | undefined {
  let seen = 0;
  let deep = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at + 1);
    else if (opens(byte)) {
      seen++;
      if (++deep > depth) return `is nested deeper than any ${of} (${depth} levels)`;
    } else if (closes(byte)) deep--;
    else if (byte === comma) seen++;
    if (seen > values) return `holds more values than any ${of} (${values})`;
  }
  return undefined;
}

/** Where V8 says that it stopped; its message also repeats the text, which may be a secret or escape codes. */
function placeOf(error: unknown): string {
  const [, line, column] =
    /\(line (\d{1,9}) column (\d{1,9})\)$/.exec(error instanceof Error ? error.message : '') ?? [];
  return line === undefined ? '' : `, at line ${line}, column ${column}`;
}

/** Reads UTF-8 with or without a byte order mark. A key that stands twice counts as it stands last. */
export function parseBounded(bytes: Buffer, limits: JsonLimits): ParsedJson {
  const problem = excess(bytes, limits);
  if (problem !== undefined) return { problem };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'is no JSON: it is not UTF-8' };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `is no JSON${placeOf(error)}` };
  }
}
