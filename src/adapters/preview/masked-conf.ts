import { decodeText, parseConf, type ConfDocument } from '../../lang/conf/index.ts';
import { quoteArg, splitText } from '../../lang/quote/index.ts';
import { printable } from '../../lang/text/index.ts';
import { secretPartOf } from '../../model/index.ts';

export const hidden = '***';
/** Characters of one line that a person may want to read. */
const longest = 2000;

/** A password (`>`, `<`) or its hash (`#`, `!`) among ACL rules; the sign is kept. */
export const maskedRule = (rule: string): string =>
  /^[><#!]./su.test(rule) ? `${rule[0] ?? ''}${hidden}` : rule;

/** The arguments of a directive with every secret as `***`: more is hidden than is needed, never less. */
const maskedArgs = (name: string, args: readonly string[]): readonly string[] =>
  args.map((arg, index) => {
    switch (secretPartOf(name, args, index)) {
      case 'all':
        return hidden;
      case 'after-sign':
        return maskedRule(arg);
      case 'after-equals':
        return `${arg.split('=', 1)[0] ?? ''}=${hidden}`;
      case undefined:
        return arg;
    }
  });

const written = (arg: string): string =>
  arg === '' || /[\s"'\\]/.test(arg) ? quoteArg(Buffer.from(arg)) : arg;

/** A directive as it may be shown; `undefined` where it holds no secret and may be shown as it stands. */
export function maskedDirective(name: string, args: readonly string[]): string | undefined {
  const masked = maskedArgs(name.toLowerCase(), args);
  if (masked.every((arg, i) => arg === args[i])) return undefined;
  return [name, ...masked.map(written)].join(' ');
}

/** A configuration file, ready to be shown line by line: what is printed of each holds no secret and no escape code. */
export interface ShownFile {
  /** As they are, for comparing. */
  readonly lines: readonly string[];
  /** As they may be printed. */
  readonly show: (index: number) => string;
}

/** Lines of a redis.conf, sentinel.conf or ACL file. */
export function shownConf(bytes: Uint8Array): ShownFile {
  const document = parseConf(bytes);
  // A character a byte: equal where the bytes are, and cut in no time from a file of 16 MB.
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return {
    lines: document.lines.map(({ start, end }) => latin.slice(start, end)),
    show: (index) => {
      const { start, end } = document.lines[index] ?? { start: 0, end: 0 };
      return printable(shownLine(document, index, decodeText(bytes.subarray(start, end))), longest);
    },
  };
}

function shownLine(document: ConfDocument, index: number, text: string): string {
  const line = document.lines[index];
  switch (line?.kind) {
    case 'directive': {
      const masked = maskedDirective(line.name, line.args);
      return masked === undefined ? text : indentation(text) + masked;
    }
    case 'comment':
      return maskedComment(text);
    case 'broken':
      // No server can tell its words apart, and so we cannot either.
      return `${/^\s{0,40}[\w.-]{0,60}/.exec(text)?.[0] ?? ''} ${hidden}`;
    case 'blank':
    case undefined:
      return text;
  }
}

const indentation = (text: string): string => /^[ \t]{0,40}/.exec(text)?.[0] ?? '';

/** What is commented out may be the password of yesterday, or of today elsewhere. */
function maskedComment(text: string): string {
  const [lead = ''] = /^[\s#]{0,80}/.exec(text) ?? [];
  const split = splitText(text.slice(lead.length));
  const [name = '', ...args] = split.problem === undefined ? split.value : [];
  const masked = maskedDirective(name, args);
  if (masked !== undefined) return lead + masked;
  return printable(text, longest)
    .replace(/(\s)([><])\S+/g, `$1$2${hidden}`)
    .replace(/#[0-9a-f]{64}/gi, `#${hidden}`)
    .replace(spoken, `$1${hidden}`);
}

/** `… requirepass hunter2`, `password: hunter2` within a sentence. */
const spoken =
  /((?:requirepass|masterauth|primaryauth|auth-pass|sentinel-pass)["']?\s{1,9}["']?|(?:pass|password|passwd|secret|token)\s{0,9}[:=]\s{0,9})[^\s"']+/gi;
