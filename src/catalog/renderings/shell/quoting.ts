import { shellVariable, type Part } from '../parts/words.ts';

/** One word of the shell, whatever is in it; NUL ends every string there is, so it goes. */
export const word = (text: string): string =>
  `'${text.replaceAll('\0', '').replaceAll("'", String.raw`'\''`)}'`;

export const print = (pieces: readonly string[]): string => `${pieces.join('')}\n`;

/** `printf` with a line whose secrets are variables: a builtin, so that they are no words of a program. */
export function printfOf(parts: readonly Part[], secrets: ReadonlyMap<string, string>): string {
  const format = parts
    .map((part) =>
      typeof part === 'string'
        ? part.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('\n', '\\n')
        : '%s',
    )
    .join('');
  const values = parts.flatMap((part) =>
    typeof part === 'string' ? [] : [` ${shellVariable(secrets.get(part.secret) ?? 'SECRET_UNKNOWN')}`],
  );
  return `printf ${word(`${format}\\n`)}${values.join('')}`;
}
