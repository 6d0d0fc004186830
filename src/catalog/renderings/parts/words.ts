import { quoteArg } from '../../../lang/quote/index.ts';
import { encodeText } from '../../../lang/conf/index.ts';
import { isSecretRef, type RuleWord } from '../../../model/index.ts';

/** A text of which some parts are secrets, by their id. */
export type Part = string | { readonly secret: string };

/** Safe in a comment of any of the forms: one line, no control characters, bounded. */
export const commentText = (text: string): string => {
  // eslint-disable-next-line no-control-regex -- that is what must go
  const line = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
};

/** A word as redis-cli and redis.conf read it. Secrets come from people who were told which letters they may have. */
export const quoted = (text: string): string => quoteArg(encodeText(text));

/** A line for redis-cli, or of redis.conf: words in quotes, secrets as parts. */
export const lineParts = (words: readonly RuleWord[]): readonly Part[] =>
  words.flatMap((word, index): readonly Part[] => {
    const before = index === 0 ? '' : ' ';
    if (typeof word === 'string') return [before + quoted(word)];
    if (isSecretRef(word)) return [`${before}"`, { secret: word.secret }, '"'];
    return [`${before}"<`, { secret: word.drop }, '"'];
  });

/** The same for ACL SETUSER, where a reference is a password to add. */
export const ruleParts = (rules: readonly RuleWord[]): readonly Part[] =>
  rules.flatMap((rule): readonly Part[] =>
    isSecretRef(rule) ? [' ">', { secret: rule.secret }, '"'] : [' ', ...lineParts([rule])],
  );

export const secretsOf = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((part) => (typeof part === 'string' ? [] : [part.secret]));

/** A variable of the shell, in quotes. */
export const shellVariable = (name: string): string => '"$'.concat(name, '"');
