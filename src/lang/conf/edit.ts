import { needsQuotes, quoteArg } from '../quote/index.ts';
import type { ConfDocument, DirectiveLine } from './document.ts';
import { accumulating, aliases } from './facts.ts';
import { parseConf } from './parse.ts';
import { encodeText, lowerAscii } from '../c-text/index.ts';

/** A line by its name, or by one of its aliases, and by the arguments that it begins with. */
interface Chosen {
  readonly name: string;
  /** Only lines whose first arguments are these. */
  readonly beginning?: readonly string[];
}

/** One change of a file. Text as `decodeText` makes it; it is quoted where it must be. */
export type ConfChange =
  /** The last line of that name, which wins, is rewritten; where there is none, a line is added. */
  | { readonly do: 'set'; readonly name: string; readonly args: readonly string[] }
  /** Exactly these lines hold it, in this order: for directives of which every line counts. */
  | { readonly do: 'replace'; readonly name: string; readonly lines: readonly (readonly string[])[] }
  /** One more line, after the last one of that name. */
  | { readonly do: 'append'; readonly name: string; readonly args: readonly string[] }
  | ({ readonly do: 'remove' } & Chosen)
  /** `# ` goes before the line, which stays where it is. */
  | ({ readonly do: 'comment-out' } & Chosen);

export interface Edited {
  readonly value: ConfDocument;
  /** Why a change was not made; the document then is as before that change. */
  readonly problems: readonly string[];
}

/**
 * Changes a file and leaves all else as it is: comments, order, line breaks, byte order mark, lines that no server
 * understands. A changed line keeps its indentation and the name as it was written. The changes are made in turn.
 *
 * A new line goes after the last one of its name; else after the commented-out example of it; and to the end of the
 * file where an `include` would come after it and could say otherwise.
 *
 * Not edited: UTF-16, and files with NUL bytes, in which a server joins lines (see `parseConf`).
 *
 * @example edit(doc, [{ do: 'set', name: 'bind', args: ['127.0.0.1', '-::1'] }]).value
 */
export function edit(doc: ConfDocument, changes: readonly ConfChange[]): Edited {
  const problems: string[] = [];
  let value = doc;
  for (const change of changes) {
    const problem = refusal(value, change);
    if (problem !== undefined) problems.push(problem);
    else value = parseConf(apply(value, change), doc.file, { joinQuotes: doc.joinsQuotes });
  }
  return { value, problems };
}

function refusal(doc: ConfDocument, change: ConfChange): string | undefined {
  const [a, b] = doc.bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'The file is UTF-16: convert it first';
  if (doc.bytes.includes(0)) return 'The file holds NUL bytes, which join lines: remove them first';
  if (!/^[a-z0-9_.-]+$/i.test(change.name))
    return `Not the name of a directive: ${JSON.stringify(change.name)}`;
  if (change.do === 'set' && accumulating.has(lowerAscii(change.name)))
    return `Every line of ${change.name} counts: replace or append`;
  return undefined;
}

/** Bytes from `from` to `to` become `text`. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function apply(doc: ConfDocument, change: ConfChange): Uint8Array {
  const present = linesOf(doc, change);
  switch (change.do) {
    case 'remove':
      return splice(doc, present.map(cut));
    case 'comment-out':
      return splice(
        doc,
        present.map((line) => ({ from: textStart(doc, line), to: textStart(doc, line), text: '# ' })),
      );
    case 'append':
      return splice(doc, [insertion(doc, change.name, [change.args])]);
    case 'set':
      return splice(doc, hold(doc, change.name, present.slice(-1), [change.args]));
    case 'replace':
      return splice(doc, hold(doc, change.name, present, change.lines));
  }
}

/** `present` lines come to hold `lines`: rewritten one by one, what is too many goes, what is missing is added. */
function hold(
  doc: ConfDocument,
  name: string,
  present: readonly DirectiveLine[],
  lines: readonly (readonly string[])[],
): readonly Splice[] {
  const kept = present.slice(0, lines.length);
  const more = lines.slice(kept.length);
  return [
    ...present.slice(kept.length).map(cut),
    ...kept.map((line, i) => rewritten(doc, line, lines[i] ?? [])),
    ...(more.length > 0 ? [insertion(doc, name, more)] : []),
  ];
}

/** The names under which a setting may stand in a file of any product. */
function namesOf(name: string): ReadonlySet<string> {
  const names = new Set([lowerAscii(name)]);
  for (const pair of aliases) if (pair.some((one) => names.has(one))) for (const one of pair) names.add(one);
  return names;
}

function linesOf(doc: ConfDocument, change: ConfChange): readonly DirectiveLine[] {
  const names = namesOf(change.name);
  const beginning = 'beginning' in change ? (change.beginning ?? []) : [];
  return doc.lines.filter(
    (line): line is DirectiveLine =>
      line.kind === 'directive' && names.has(line.name) && beginning.every((arg, i) => line.args[i] === arg),
  );
}

const cut = (line: DirectiveLine): Splice => ({ from: line.start, to: line.next, text: '' });

/** Where a line's own text begins, after the blanks before it. */
function textStart(doc: ConfDocument, line: DirectiveLine): number {
  let at = line.start;
  while (at < line.end && (doc.bytes[at] ?? 0) <= 0x20) at++;
  return at;
}

/** The arguments of a line in new words, its indentation and its name kept; untouched where they are the same. */
function rewritten(doc: ConfDocument, line: DirectiveLine, args: readonly string[]): Splice {
  if (args.length === line.args.length && args.every((arg, i) => arg === line.args[i]))
    return { from: line.end, to: line.end, text: '' };
  const from = textStart(doc, line);
  const written = Buffer.from(doc.bytes.buffer, doc.bytes.byteOffset + from, line.end - from).toString(
    'latin1',
  );
  // The name in its own letters, unless it is quoted in some odd way.
  const word = /^[^\s"']+/.exec(written)?.[0] ?? '';
  return { from, to: line.end, text: lineOf(lowerAscii(word) === line.name ? word : line.name, args) };
}

const lineOf = (name: string, args: readonly string[]): string => [name, ...args.map(written)].join(' ');

/** As plain as the server will read it back; a comment sign only counts at the start of a line. */
function written(arg: string): string {
  const bytes = encodeText(arg);
  if (bytes.every((byte) => byte > 0x20 && byte !== 0x22 && byte !== 0x27 && byte !== 0x5c && byte !== 0x7f))
    return bytes.length > 0 ? Buffer.from(bytes).toString('latin1') : '""';
  return needsQuotes(bytes) ? quoteArg(bytes) : Buffer.from(bytes).toString('latin1');
}

function insertion(doc: ConfDocument, name: string, lines: readonly (readonly string[])[]): Splice {
  const after = linesOf(doc, { do: 'remove', name }).at(-1);
  const texts = lines.map((args) => lineOf(after?.name ?? name, args) + doc.eol);
  const at = (after ?? example(doc, name))?.next ?? doc.bytes.length;
  const broken = at > 0 && doc.bytes[at - 1] !== 0x0a;
  return { from: at, to: at, text: (broken ? doc.eol : '') + texts.join('') };
}

/** The last commented-out line `# name …`, unless an `include` below it could take the word back. */
function example(doc: ConfDocument, name: string): ConfDocument['lines'][number] | undefined {
  const names = namesOf(name);
  for (let i = doc.lines.length - 1; i >= 0; i--) {
    const line = doc.lines[i];
    if (line?.kind === 'directive' && line.name === 'include') return undefined;
    if (line?.kind !== 'comment') continue;
    const text = Buffer.from(doc.bytes.subarray(line.start, Math.min(line.end, line.start + 200))).toString(
      'latin1',
    );
    const word = /^\s{0,40}#\s?([A-Za-z0-9_.-]+)\s/.exec(`${text} `)?.[1];
    // `# name value` and nothing that reads as a sentence.
    if (word !== undefined && names.has(lowerAscii(word)) && !/[.:;,]\s*$/.test(text)) return line;
  }
  return undefined;
}

function splice(doc: ConfDocument, splices: readonly Splice[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { from, to, text } of [...splices].toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    pieces.push(doc.bytes.subarray(at, from), Buffer.from(text, 'latin1'));
    at = to;
  }
  pieces.push(doc.bytes.subarray(at));
  return Buffer.concat(pieces);
}
