import { isAscii } from 'node:buffer';
import { splitArgs, splitText, type Split, type SplitOptions } from '../quote/index.ts';
import type { ConfDocument, ConfLine, ConfTextProblem } from './document.ts';
import { decodeText, lowerAscii } from '../c-text/index.ts';

const [TAB, LF, CR, SPACE, HASH, BACKSLASH] = [0x09, 0x0a, 0x0d, 0x20, 0x23, 0x5c];

/** How a line is split. */
export type ParseOptions = SplitOptions;

/**
 * Reads a configuration file of any of the family, sentinel.conf too. Never throws; `printConf` gives the same bytes
 * back. It tells what the lines are; what they mean to a server of some version is `readConf`.
 *
 * A line is split as every server splits it (see `splitArgs`). What a server does to a file that holds NUL bytes
 * is not shown here, only reported: it forgets the rest of the line, and its line break too.
 *
 * @example parseConf(Buffer.from('Bind 127.0.0.1 "::1"\n')).lines[0] // { name: 'bind', args: ['127.0.0.1', '::1'], … }
 */
export function parseConf(bytes: Uint8Array, file?: string, options: ParseOptions = {}): ConfDocument {
  const lines: ConfLine[] = [];
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Nearly every file is ASCII without escapes: then it is made text once, and text is faster to cut than bytes.
  const plain = isAscii(view) && !view.includes(BACKSLASH);
  const text = plain ? view.toString('latin1') : undefined;
  const size = bytes.length;
  let carriage = 0;
  let number = 0;
  let start = 0;
  while (start < size) {
    number++;
    // The first character that is not blank decides what the line is.
    let first = start;
    let byte = bytes[first];
    while (byte === SPACE || byte === TAB || byte === CR) byte = bytes[++first];
    let end = first;
    while (end < size && byte !== LF) byte = bytes[++end];
    const next = end < size ? end + 1 : size;
    if (end > start && end < size && bytes[end - 1] === CR) {
      end--;
      carriage++;
    }
    if (first >= end) lines.push({ number, start, end, next, kind: 'blank' });
    else if (bytes[first] === HASH) lines.push({ number, start, end, next, kind: 'comment' });
    else {
      const found: Split<string | Uint8Array> =
        text === undefined
          ? splitArgs(view.subarray(start, end), options)
          : splitText(text.slice(start, end), options);
      lines.push(directive(found, number, start, end, next));
    }
    start = next;
  }
  const eol = carriage * 2 > lines.length ? '\r\n' : '\n';
  return {
    file,
    bytes,
    lines,
    problems: oddities(bytes, lines, file),
    eol,
    joinsQuotes: options.joinQuotes ?? false,
  };
}

function directive(
  found: Split<string | Uint8Array>,
  number: number,
  start: number,
  end: number,
  next: number,
): ConfLine {
  if (found.problem !== undefined) {
    return { number, start, end, next, kind: 'broken', problem: found.problem, column: found.column };
  }
  const [name] = found.value;
  if (name === undefined) return { number, start, end, next, kind: 'blank' };
  const args: string[] = [];
  for (let index = 1; index < found.value.length; index++) args.push(textOf(found.value[index] ?? ''));
  return { number, start, end, next, kind: 'directive', name: lowerAscii(textOf(name)), args };
}

const textOf = (word: string | Uint8Array): string => (typeof word === 'string' ? word : decodeText(word));

/**
 * The file again, byte for byte.
 *
 * @example printConf(parseConf(bytes)) // equals bytes
 */
export function printConf(doc: ConfDocument): Uint8Array {
  return Buffer.concat(doc.lines.map((line) => doc.bytes.subarray(line.start, line.next)));
}

function oddities(
  bytes: Uint8Array,
  lines: readonly ConfLine[],
  file: string | undefined,
): ConfTextProblem[] {
  const problems: ConfTextProblem[] = [];
  const mark = markOf(bytes);
  if (mark) problems.push({ file, line: 1, column: 1, reason: mark });
  // Searching for one NUL is fast; where the lines are is asked only if there is one.
  let nul = bytes.indexOf(0);
  for (const line of nul < 0 ? [] : lines) {
    if (nul >= 0 && nul < line.next) {
      problems.push({
        file,
        line: line.number,
        column: nul - line.start + 1,
        reason:
          'NUL byte: a server drops it with the rest of the line, and joins the next line to what is left',
      });
      nul = bytes.indexOf(0, line.next);
    }
  }
  return problems;
}

function markOf(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf)
    return 'UTF-8 byte order mark: to a server it is part of the first word';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'UTF-16: no server can read this file';
  return undefined;
}
