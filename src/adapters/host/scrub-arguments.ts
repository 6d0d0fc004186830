/** A command line that may be shown. */
export interface Scrubbed {
  readonly argv: readonly string[];
  /** Names of the arguments that carried a secret (`--requirepass`, `URL`), each once. */
  readonly secretArguments: readonly string[];
}

// Directives of Redis, flags of KeyDB, Dragonfly, Kvrocks and Garnet (`_` for `-`), variables of containers.
const secretName =
  /^(?:requirepass|masterauth|primaryauth|masterpass|auth|pass|auth-pass|[a-z0-9-]{0,60}(?:-pass|password|passwd|passphrase|secret|secret-key|access-key|api-key|token|credentials?))$/;
// `redis://user:password@host`, and `redis://:password@host`.
const urlPassword = /^([A-Za-z][A-Za-z0-9+.-]{0,30}:\/\/[^\s/@:]{0,200}):[^\s@]{1,400}@/;

/** Whether a name (`--requirepass` without its dashes, `REDIS_PASSWORD`) is one that carries a secret. */
export const isSecretName = (name: string): boolean =>
  secretName.test(name.replaceAll('_', '-').toLowerCase());

/** What is to be hidden in the arguments that come after this one. */
type Ahead =
  | { readonly hide: 'next'; readonly name: string; readonly after: number }
  | { readonly hide: 'rules'; readonly name: string }
  | { readonly hide: 'sentinel' };

/** One argument made safe, with the name of the secret that it carried, and what it says of the ones after it. */
interface Step {
  readonly text: string;
  readonly name?: string;
  readonly ahead?: Ahead | undefined;
}

/** Replaces every password of a command line by `***`. In doubt more is hidden than is needed, never less. */
export function scrubArguments(argv: readonly string[]): Scrubbed {
  const clean: string[] = [];
  const names = new Set<string>();
  let ahead: Ahead | undefined;
  for (const argument of argv) {
    const step: Step = scrubNext(argument, ahead);
    clean.push(step.text);
    if (step.name !== undefined) names.add(step.name);
    ahead = step.ahead;
  }
  return { argv: clean, secretArguments: [...names] };
}

function scrubNext(argument: string, ahead: Ahead | undefined): Step {
  if (ahead?.hide === 'next') {
    if (ahead.after > 0) return { text: argument, ahead: { ...ahead, after: ahead.after - 1 } };
    return argument === '' ? { text: '' } : { text: '***', name: ahead.name };
  }
  if (/^-{1,2}[A-Za-z]/.test(argument)) return scrubOption(argument);
  if (ahead?.hide === 'rules') {
    const text = scrubRules(argument);
    return text === argument ? { text, ahead } : { text, ahead, name: ahead.name };
  }
  if (ahead?.hide === 'sentinel' && /^(auth-pass|sentinel-pass)$/i.test(argument)) {
    const after = argument.toLowerCase() === 'auth-pass' ? 1 : 0;
    return { text: argument, ahead: { hide: 'next', name: `--sentinel ${argument}`, after } };
  }
  return scrubPlain(argument);
}

function scrubOption(argument: string): Step {
  const [, label = '', mark = '', value = ''] = /^(-{1,2}[\w-]+)([=\s]?)(.*)$/s.exec(argument) ?? [];
  const name = label.replace(/^-+/, '');
  const secret = isSecretName(name) || label === '-a';
  if (mark !== '') {
    if (secret) return { text: `${label}${mark}***`, name: label };
    const text = `${label}${mark}${scrubRules(scrubUrl(mark === '=' ? value : scrubWords(value)))}`;
    return text === argument ? { text } : { text, name: label };
  }
  if (secret) return { text: argument, ahead: { hide: 'next', name: label, after: 0 } };
  if (name === 'user') return { text: argument, ahead: { hide: 'rules', name: label } };
  if (name === 'sentinel') return { text: argument, ahead: { hide: 'sentinel' } };
  return { text: argument };
}

/** Passwords (`>`, `<`) and their hashes (`#`, `!`) among ACL rules. */
const scrubRules = (text: string): string => text.replace(/(^|\s)([<>#!])[^\s]+/g, '$1$2***');

const scrubUrl = (text: string): string => text.replace(urlPassword, '$1:***@');

/** `REDIS_PASSWORD=…`, a URL, or a whole command line in one argument, as `sh -c "redis-server --requirepass …"`. */
function scrubPlain(argument: string): Step {
  const [, name] = /^([A-Za-z_]\w{0,100})=./s.exec(argument) ?? [];
  if (name !== undefined && isSecretName(name)) return { text: `${name}=***`, name };
  const url = scrubUrl(argument);
  if (url !== argument) return { text: url, name: 'URL' };
  const text = /\s/.test(argument) ? scrubWords(argument) : argument;
  return text === argument ? { text } : { text, name: 'command' };
}

/** The same for a line of text, as in a unit file: words are split as a shell does, and hidden within quotes too. */
export function scrubWords(line: string): string {
  const spans = spansOf(line);
  // Quotes that touch other quotes leave one word with blanks: then blanks alone part words, or this would not end.
  if (spans.length === 1 && bare(spans[0] ?? '') === line)
    return hideIn(line.split(/(?<=\s)(?=\S)|(?<=\S)(?=\s)/));
  return hideIn(spans);
}

/** Words and the blanks between them, in order; words that touch (`--pass="a b"`) are one. */
function spansOf(line: string): readonly string[] {
  const spans: string[] = [];
  for (const [piece] of line.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+|\s+|["']/g)) {
    const last = spans.at(-1);
    if (last !== undefined && !isBlank(last) && !isBlank(piece)) spans[spans.length - 1] = last + piece;
    else spans.push(piece);
  }
  return spans;
}

function hideIn(spans: readonly string[]): string {
  const spoken = spans.filter((span) => !isBlank(span)).map(bare);
  const clean = scrubArguments(spoken).argv;
  let index = -1;
  return spans
    .map((span) => {
      if (isBlank(span)) return span;
      index += 1;
      return clean[index] === spoken[index] ? span : (clean[index] ?? '***');
    })
    .join('');
}

const isBlank = (text: string): boolean => text.trim() === '';
const bare = (word: string): string => word.replace(/^(["'])(.*)\1$/s, '$2');
