import { splitArgs } from '../quote/index.ts';

/** The arguments of an inline command, or what the server answers after `-ERR Protocol error: `. */
export type Inline = { readonly args: readonly Uint8Array[] } | { readonly problem: string };

/**
 * Splits an inline command (`SET key "a value"`, as typed into a plain connection), without its line end. No
 * arguments: an empty line, which servers pass over.
 *
 * A NUL is refused: servers differ in whether they see what follows it, and two that read one stream differently
 * are how commands are smuggled.
 *
 * @example splitInline(Buffer.from('set k "a b"')) // { args: [set, k, a b] }
 */
export function splitInline(line: Uint8Array): Inline {
  if (line.includes(0)) return { problem: 'NUL in an inline request' };
  const split = splitArgs(line);
  return split.problem === undefined ? { args: split.value } : { problem: 'unbalanced quotes in request' };
}
