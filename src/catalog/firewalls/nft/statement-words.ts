/** The words of statements that do not decide, or not by themselves: logs, limits, queues, rewriting. */
import { expression, primary, verdictWord } from './parse-expression.ts';
import { fail, isSign, isWord, numeral, type Source, skipEnds, take, takeWord } from './source.ts';
import type { Expression } from './syntax.ts';

export function list(source: Source, first: Expression): Expression {
  const items = [first];
  while (take(source, ',')) {
    skipEnds(source);
    items.push(expression(source, false));
  }
  return { is: 'list', items };
}

/** A value, or one looked up in a map by another. */
export function mapped(source: Source): Expression {
  const key = expression(source, false);
  if (!takeWord(source, 'map')) return key;
  skipEnds(source);
  return { is: 'map', key, data: primary(source, false) };
}

/** The name of a counter, a quota or an extension; it may also be looked up in a map. */
export function reference(source: Source): void {
  mapped(source);
}

const logWordsWithValue = new Set(['prefix', 'group', 'snaplen', 'queue-threshold', 'level']);

export function logWords(source: Source): void {
  const { lexer } = source;
  while (lexer.kind === 'word') {
    if (logWordsWithValue.has(lexer.value)) {
      lexer.advance();
      primary(source, false);
    } else if (takeWord(source, 'flags')) {
      do {
        const ofTwo = isWord(source, 'tcp') || isWord(source, 'ip');
        lexer.advance();
        if (ofTwo) lexer.advance();
      } while (take(source, ','));
    } else return;
  }
}

/** A rate, `over 10 mbytes/second burst 5 packets`, or the name of one. */
export function limit(source: Source): void {
  const { lexer } = source;
  if (takeWord(source, 'name')) return reference(source);
  if (!takeWord(source, 'rate')) fail(source, '"rate"');
  if (!takeWord(source, 'over')) takeWord(source, 'until');
  primary(source, false);
  if (!take(source, '/')) {
    if (lexer.kind !== 'word' || !/^[kmg]?bytes\//.test(lexer.value)) fail(source, 'a rate');
    lexer.advance();
  } else {
    if (!/^(?:second|minute|hour|day|week)$/.test(lexer.value)) fail(source, 'a unit of time');
    lexer.advance();
  }
  if (!takeWord(source, 'burst')) return;
  primary(source, false);
  if (!/^(?:packets|[kmg]?bytes)$/.test(lexer.value)) fail(source, '"packets"');
  lexer.advance();
}

export function quota(source: Source): void {
  if (takeWord(source, 'name')) return reference(source);
  if (!takeWord(source, 'over')) takeWord(source, 'until');
  if (numeral(source) === undefined) fail(source, 'a number');
  source.lexer.advance();
  if (!takeWord(source, 'used')) return;
  numeral(source);
  source.lexer.advance();
}

export function queue(source: Source): void {
  for (;;) {
    if (takeWord(source, 'num') || takeWord(source, 'to')) mapped(source);
    else if (takeWord(source, 'flags') || take(source, ',')) source.lexer.advance();
    else if (!takeWord(source, 'bypass') && !takeWord(source, 'fanout')) return;
  }
}

const natFlags = ['random', 'fully-random', 'persistent'];

interface Rewriting {
  readonly to?: Expression;
  readonly port?: Expression;
  readonly family?: string;
}

export function rewriting(source: Source): Rewriting {
  const { lexer } = source;
  let family: string | undefined;
  const familyWord = (): void => {
    if (!isWord(source, 'ip') && !isWord(source, 'ip6')) return;
    const mark = lexer.mark();
    const { value } = lexer;
    lexer.advance();
    // `dnat to ip saddr map …`: there it is a field.
    if (isWord(source, 'saddr') || isWord(source, 'daddr')) lexer.back(mark);
    else family = value;
  };
  familyWord();
  if (takeWord(source, 'addr') && take(source, '.')) takeWord(source, 'port');
  if (!takeWord(source, 'prefix')) takeWord(source, 'interval');
  takeWord(source, 'to');
  familyWord();
  let to: Expression | undefined;
  let port: Expression | undefined;
  if (!isSign(source, ':') && !endsRewriting(source)) to = mapped(source);
  if (take(source, ':')) port = mapped(source);
  while (lexer.kind === 'word' && natFlags.includes(lexer.value)) {
    lexer.advance();
    take(source, ',');
  }
  return {
    ...(to === undefined ? {} : { to }),
    ...(port === undefined ? {} : { port }),
    ...(family === undefined ? {} : { family }),
  };
}

const endsRewriting = (source: Source): boolean =>
  atEnd(source) ||
  (source.lexer.kind === 'word' &&
    [...natFlags, 'comment', 'counter', 'log', 'accept', 'device'].includes(source.lexer.value));

/** What begins with `ct` and is no match. */
export function ctStatement(source: Source): 'rate' | 'go-on' | undefined {
  const { lexer } = source;
  const mark = lexer.mark();
  if (takeWord(source, 'count')) {
    takeWord(source, 'over');
    if (numeral(source) !== undefined) return 'rate';
  } else if (
    ['helper', 'timeout', 'expectation'].some((word) => takeWord(source, word)) &&
    takeWord(source, 'set')
  ) {
    mapped(source);
    return 'go-on';
  }
  lexer.back(mark);
  return undefined;
}

/** `{ key [timeout 1m] [limit rate …] [: value] }` of a statement, after its brace. */
export function keyed(source: Source): { readonly key: Expression; readonly bound: boolean } {
  const { lexer } = source;
  skipEnds(source);
  const key = expression(source, true);
  let bound = false;
  for (;;) {
    skipEnds(source);
    if (take(source, '}')) return { key, bound };
    if (take(source, ':')) {
      if (verdictWord(source) === undefined) mapped(source);
    } else if (takeWord(source, 'timeout') || takeWord(source, 'expires')) lexer.advance();
    else if (takeWord(source, 'comment')) lexer.advance();
    else if (takeWord(source, 'counter')) {
      if (takeWord(source, 'packets')) lexer.advance();
      if (takeWord(source, 'bytes')) lexer.advance();
    } else if (takeWord(source, 'limit')) {
      limit(source);
      bound = true;
    } else if (takeWord(source, 'quota')) {
      quota(source);
      bound = true;
    } else if (takeWord(source, 'ct')) {
      if (ctStatement(source) !== 'rate') fail(source, '"count"');
      bound = true;
    } else if (takeWord(source, 'last')) continue;
    else fail(source, '"}"');
  }
}

export const atEnd = (source: Source): boolean =>
  source.lexer.kind === 'end' || source.lexer.kind === 'eof' || isSign(source, '}');
