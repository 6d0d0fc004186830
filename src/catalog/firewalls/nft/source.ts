/** A text that is being read, and the steps that every parser of it makes. */
import type { Lexer } from './lexer.ts';
import type { Expression } from './syntax.ts';

/** Left by a parser that cannot go on; caught where the rule, or the block, ends. */
export class Unreadable extends Error {}

/** What the words are read with. */
export interface Source {
  readonly lexer: Lexer;
  readonly variables: Map<string, Expression>;
  depth: number;
}

export function fail(source: Source, expected: string): never {
  const { kind, value } = source.lexer;
  const found =
    kind === 'eof' ? 'the end of the file' : kind === 'end' ? 'the end of the line' : `"${value}"`;
  throw new Unreadable(`expected ${expected}, found ${found}`);
}

export const isSign = ({ lexer }: Source, sign: string): boolean =>
  lexer.kind === 'sign' && lexer.value === sign;

export const isWord = ({ lexer }: Source, word: string): boolean =>
  lexer.kind === 'word' && lexer.value === word;

export function take(source: Source, sign: string): boolean {
  if (!isSign(source, sign)) return false;
  source.lexer.advance();
  return true;
}

export function takeWord(source: Source, word: string): boolean {
  if (!isWord(source, word)) return false;
  source.lexer.advance();
  return true;
}

export function need(source: Source, sign: string): void {
  if (!take(source, sign)) fail(source, `"${sign}"`);
}

export function skipEnds({ lexer }: Source): void {
  while (lexer.kind === 'end' && lexer.value === '\n') lexer.advance();
}

export function numeral({ lexer }: Source): number | undefined {
  if (lexer.kind !== 'number') return undefined;
  const value = Number(lexer.value);
  lexer.advance();
  return value;
}
