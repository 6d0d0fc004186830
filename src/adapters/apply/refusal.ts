import { printable } from '../../lang/text/index.ts';
import { namesSecret } from '../../model/index.ts';

/** A server said no, in words that hold no secret. */
export class Refusal extends Error {
  /** `NOPERM`, `NOAUTH`, `ERR`, … */
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

/** Names of a command's words that may be shown: what changes a password shows neither the old nor the new one. */
const shownWords = (words: readonly string[]): string =>
  words
    .slice(0, /^(config|acl|sentinel|client|command)$/i.test(words[0] ?? '') ? 3 : 1)
    .map((word) => printable(word))
    .join(' ');

/** What of a command must not be repeated, though the server's message may repeat it. */
function secretsOf(words: readonly string[]): readonly string[] {
  const [command = '', sub = '', name = '', ...rest] = words;
  const said = `${command} ${sub}`.toUpperCase();
  if (said === 'CONFIG SET') return namesSecret(name) ? rest : [];
  if (said === 'SENTINEL SET') return namesSecret(rest[0] ?? '') ? rest.slice(1) : [];
  if (said === 'ACL SETUSER')
    return rest.filter((rule) => /^[><#!]/.test(rule)).flatMap((rule) => [rule, rule.slice(1)]);
  return command.toUpperCase() === 'AUTH' ? words.slice(1) : [];
}

export function refusalOf(words: readonly string[], error: string): Refusal {
  let text = error.slice(0, 1000);
  for (const secret of secretsOf(words).toSorted((a, b) => b.length - a.length))
    if (secret !== '') text = text.replaceAll(secret, '***');
  return new Refusal(`${shownWords(words)}: ${printable(text.slice(0, 200))}`, /^\S*/.exec(error)?.[0] ?? '');
}
