/**
 * JSON with the line of every object and list, for positions. More forgiving than JSON.parse where a document still has
 * one meaning (an escape that does not exist, a byte order mark), and bounded in depth.
 */
import { type Lines, newFields, type Value } from './value.ts';

export interface ReadDocument {
  /** Nothing: it could not be read. */
  readonly value?: Value;
  readonly lines: Lines;
  readonly problems: readonly ReadProblem[];
}

export interface ReadProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly fatal: boolean;
}

const mostDepth = 200;

/**
 * Never throws. What is cut off or is no JSON gives a fatal problem and no value.
 *
 * @example readJson('{"a": [1]}').value // { a: [1] }
 */
export function readJson(text: string): ReadDocument {
  const lines: Lines = new WeakMap();
  const problems: ReadProblem[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  let lineStart = at;
  let failed = false;

  const problem = (reason: string, fatal: boolean): void => {
    if (fatal && failed) return;
    failed ||= fatal;
    if (problems.length < 100 || fatal) problems.push({ line, column: at - lineStart + 1, reason, fatal });
  };
  const hasFailed = (): boolean => failed;
  const fail = (reason: string): null => {
    problem(reason, true);
    return null;
  };
  const blanks = (): void => {
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10) {
        line++;
        lineStart = at + 1;
      } else if (code !== 32 && code !== 9 && code !== 13) return;
    }
  };
  const escape = (): string => {
    const code = text[at + 1];
    at += 2;
    switch (code) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case '"':
      case '\\':
      case '/':
        return code;
      case 'u': {
        const hex = text.slice(at, at + 4);
        if (!/^[0-9a-f]{4}$/i.test(hex)) break;
        at += 4;
        return String.fromCharCode(Number.parseInt(hex, 16));
      }
      default:
    }
    problem('there is no such escape in JSON', false);
    return `\\${code ?? ''}`;
  };
  const readText = (): string => {
    at++;
    let out = '';
    let from = at;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 34) {
        out += text.slice(from, at);
        at++;
        return out;
      }
      if (code === 10) break;
      if (code === 92) {
        out += text.slice(from, at);
        out += escape();
        from = at;
      } else at++;
    }
    fail('a text without an end');
    return '';
  };
  const readWord = (): Value => {
    const from = at;
    while (at < text.length && /[\w+.-]/.test(text[at] ?? '')) at++;
    const word = text.slice(from, at);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word)) return Number(word);
    at = from;
    return fail(from >= text.length ? 'the document ends too early' : 'this is no JSON');
  };
  const readList = (depth: number): Value => {
    const list: Value[] = [];
    lines.set(list, line);
    at++;
    blanks();
    if (text[at] === ']') {
      at++;
      return list;
    }
    while (!hasFailed()) {
      list.push(readValue(depth + 1));
      blanks();
      const mark = text[at++];
      if (mark === ']') break;
      if (mark !== ',') fail(mark === undefined ? 'the document ends too early' : 'a comma or ] is missing');
    }
    return list;
  };
  const readFields = (depth: number): Value => {
    const fields = newFields();
    lines.set(fields, line);
    at++;
    blanks();
    if (text[at] === '}') {
      at++;
      return fields;
    }
    while (!hasFailed()) {
      blanks();
      if (text[at] !== '"')
        return fail(at >= text.length ? 'the document ends too early' : 'a name is missing');
      const name = readText();
      if (Object.hasOwn(fields, name)) problem(`${name} stands here twice; the later one counts`, false);
      blanks();
      if (text[at] !== ':') return fail('a colon is missing');
      at++;
      fields[name] = readValue(depth + 1);
      blanks();
      const mark = text[at++];
      if (mark === '}') break;
      if (mark !== ',') fail(mark === undefined ? 'the document ends too early' : 'a comma or } is missing');
    }
    return fields;
  };
  const readValue = (depth: number): Value => {
    blanks();
    if (depth > mostDepth) return fail(`nested more than ${mostDepth} deep`);
    const first = text[at];
    if (first === '{') return readFields(depth);
    if (first === '[') return readList(depth);
    return first === '"' ? readText() : readWord();
  };

  const value = readValue(0);
  blanks();
  if (!failed && at < text.length) fail('there is more after the end of the document');
  return failed ? { lines, problems } : { value, lines, problems };
}
