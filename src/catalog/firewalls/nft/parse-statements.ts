/** Statements and rules of native text. One grammar, whose parts call each other: that is why it is one long file. */
import type { Dependence, Position } from '../../../lang/packets/index.ts';
import { assignment, rejection } from './json-statement.ts';
import { shortened } from './json-value.ts';
import { Lexer } from './lexer.ts';
import { fieldExpression } from './field-words.ts';
import { expression, name, primary, verdictWord } from './parse-expression.ts';
import {
  fail,
  isSign,
  isWord,
  need,
  numeral,
  type Source,
  skipEnds,
  take,
  takeWord,
  Unreadable,
} from './source.ts';
import { paceOf } from './pace.ts';
import type { Ruleset } from './ruleset.ts';
import {
  atEnd,
  ctStatement,
  keyed,
  limit,
  list,
  logWords,
  mapped,
  queue,
  quota,
  reference,
  rewriting,
} from './statement-words.ts';
import type { Comparison, Expression, NftRule, Statement } from './syntax.ts';

const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['==', '=='],
  ['eq', '=='],
  ['!=', '!='],
  ['ne', '!='],
  ['<', '<'],
  ['lt', '<'],
  ['>', '>'],
  ['gt', '>'],
  ['<=', '<='],
  ['le', '<='],
  ['>=', '>='],
  ['ge', '>='],
  ['!', '!'],
]);

/** Statements that stand alone in a text, as old JSON has them. */
export function parseStatements(text: string, ruleset: Ruleset, at: Position): readonly Statement[] {
  const source: Source = { lexer: new Lexer(text), variables: new Map(), depth: 0 };
  const rule = parseRule(source, (reason) => ruleset.problem(at, reason, false), at);
  return rule.statements;
}

/** One rule, up to the end of its line; where it cannot be read it is opaque from there on. */
export function parseRule(
  source: Source,
  problem: (reason: string, at: Position) => void,
  base: Position,
): NftRule {
  const { lexer } = source;
  const { start, line } = lexer;
  const begin = lexer.mark();
  const statements: Statement[] = [];
  const { depth } = source;
  let reason: string | undefined;
  let wrongAt: Position | undefined;
  lexer.handle = undefined;
  try {
    while (!atEnd(source)) {
      const last = statements.at(-1);
      if (last !== undefined && isTerminal(last) && !isWord(source, 'comment'))
        throw new Unreadable('a statement after the one that ends the rule');
      for (const one of statement(source, problem, base)) statements.push(one);
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    reason = error.message;
    wrongAt = { ...base, line: lexer.line, text: shortened(lexer.text.slice(start, lexer.start + 40)) };
    const column = lexer.column;
    reason = `${reason} (column ${column})`;
    // From its beginning, so that braces are counted from none.
    lexer.back(begin);
    skipRest(source);
    source.depth = depth;
  }
  const text = shortened(lexer.text.slice(start, Math.min(Math.max(lexer.previousEnd, start), start + 400)));
  // Only what stands on the rule's last line is its own.
  const { handle } = lexer;
  const at: Position = {
    ...base,
    ...(base.handle === undefined ? { line } : {}),
    ...(handle === undefined ? {} : { handle }),
    text,
  };
  if (reason !== undefined) {
    problem(reason, wrongAt ?? at);
    statements.push({ does: 'condition', on: 'other', text }, { does: 'opaque', on: 'other', text });
  }
  return { statements, at };
}

const isTerminal = (statement: Statement): boolean =>
  (statement.does === 'verdict' && statement.verdict.verdict !== 'continue') || statement.does === 'reject';

/** To the end of the line; a block that begins on it belongs to it. */
export function skipRest(source: Source): void {
  const { lexer } = source;
  let open = 0;
  for (;;) {
    if (lexer.kind === 'eof' || (open === 0 && lexer.kind === 'end')) return;
    if (isSign(source, '{')) open++;
    if (isSign(source, '}') && open-- === 0) return;
    lexer.advance();
  }
}

function statement(
  source: Source,
  problem: (reason: string, at: Position) => void,
  base: Position,
): readonly Statement[] {
  const { lexer } = source;
  const from = lexer.start;
  const said = (): string => shortened(lexer.text.slice(from, Math.min(lexer.previousEnd, from + 400)));
  const word = lexer.kind === 'word' ? lexer.value : '';
  const verdict = verdictWord(source);
  if (verdict !== undefined) return [{ does: 'verdict', verdict }];
  const condition = (on: Dependence): readonly Statement[] => [{ does: 'condition', on, text: said() }];
  const opaque = (on: Dependence): readonly Statement[] => [{ does: 'opaque', on, text: said() }];
  const goOn: readonly Statement[] = [{ does: 'go-on' }];
  const mark = lexer.mark();
  if (word !== '') lexer.advance();
  switch (word) {
    case 'jump':
    case 'goto':
      return [{ does: 'block', verdict: word, rules: block(source, problem, base) }];
    case 'counter':
      if (takeWord(source, 'packets')) {
        lexer.advance();
        if (takeWord(source, 'bytes')) lexer.advance();
      } else if (takeWord(source, 'name')) reference(source);
      return goOn;
    case 'comment':
      if (lexer.kind !== 'quoted' && lexer.kind !== 'word') fail(source, 'the text of the comment');
      lexer.advance();
      return goOn;
    case 'log':
      logWords(source);
      return goOn;
    case 'limit':
      limit(source);
      return condition('rate');
    case 'quota':
      quota(source);
      return condition('rate');
    case 'last':
      if (takeWord(source, 'used')) lexer.advance();
      return goOn;
    case 'reject': {
      if (!takeWord(source, 'with')) return [rejection('')];
      const message = lexer.value;
      lexer.advance();
      takeWord(source, 'type');
      lexer.advance();
      return [rejection(message)];
    }
    case 'dnat':
    case 'snat':
      return [{ does: word, ...rewriting(source) }];
    case 'redirect': {
      // An address makes no sense here: what is named is the port, with its colon or looked up in a map.
      const { to, port } = rewriting(source);
      const target = port ?? to;
      return [{ does: 'redirect', ...(target === undefined ? {} : { port: target }) }];
    }
    case 'masquerade':
      rewriting(source);
      return [{ does: 'snat' }];
    case 'notrack':
      return [{ does: 'notrack' }];
    case 'queue':
      queue(source);
      return opaque('other');
    case 'tproxy':
    case 'fwd':
      rewriting(source);
      if (takeWord(source, 'device')) primary(source, false);
      return opaque('other');
    case 'dup':
      rewriting(source);
      if (takeWord(source, 'device')) primary(source, false);
      return goOn;
    case 'flow':
      if (takeWord(source, 'add') || takeWord(source, 'offload')) {
        primary(source, false);
        return goOn;
      }
      break;
    case 'synproxy':
      if (takeWord(source, 'name')) {
        reference(source);
        return opaque('other');
      }
      while (['mss', 'wscale', 'timestamp', 'sack-perm'].some((one) => takeWord(source, one)))
        if (lexer.kind === 'number' || lexer.kind === 'quoted') lexer.advance();
      return opaque('other');
    case 'xt':
      if (takeWord(source, 'match')) {
        reference(source);
        return condition('other');
      }
      if (takeWord(source, 'target') || takeWord(source, 'watcher')) {
        reference(source);
        return opaque('other');
      }
      break;
    case 'add':
    case 'update':
    case 'delete': {
      if (!isSign(source, '@')) break;
      const set = primary(source, false);
      skipEnds(source);
      need(source, '{');
      const written = keyed(source);
      return [remembered(set.is === 'named' ? set.name : '', written, said())];
    }
    case 'set': {
      // An older notation: `set add ip saddr @seen`.
      if (!takeWord(source, 'add') && !takeWord(source, 'update')) break;
      const key = expression(source, true);
      if (takeWord(source, 'timeout')) lexer.advance();
      const set = primary(source, false);
      return [remembered(set.is === 'named' ? set.name : '', { key, bound: false }, said())];
    }
    case 'meter': {
      name(source);
      if (takeWord(source, 'size')) numeral(source);
      need(source, '{');
      const written = keyed(source);
      return [remembered('', written, said())];
    }
    case 'ct': {
      const special = ctStatement(source);
      if (special !== undefined) return special === 'go-on' ? goOn : condition('rate');
      break;
    }
    case 'secmark':
      if (takeWord(source, 'set')) {
        lexer.advance();
        return goOn;
      }
      break;
    case 'reset':
      fieldExpression(source, expression);
      return goOn;
    default:
      break;
  }
  lexer.back(mark);
  return relation(source, said);
}

function remembered(set: string, { key, bound }: ReturnType<typeof keyed>, text: string): Statement {
  const pace = bound ? paceOf(text) : undefined;
  return { does: 'remember', set, key, bound, ...(pace === undefined ? {} : { pace }), text };
}

function block(
  source: Source,
  problem: (reason: string, at: Position) => void,
  base: Position,
): readonly NftRule[] {
  need(source, '{');
  if (++source.depth > 32) fail(source, 'less nesting');
  const rules: NftRule[] = [];
  for (;;) {
    while (source.lexer.kind === 'end') source.lexer.advance();
    if (take(source, '}')) break;
    if (source.lexer.kind === 'eof') fail(source, '"}"');
    rules.push(parseRule(source, problem, base));
  }
  source.depth--;
  return rules;
}

/** `expr [op] expr`, `expr vmap …`, `expr set …`. */
function relation(source: Source, said: () => string): readonly Statement[] {
  const { lexer } = source;
  const left = expression(source, true);
  if (takeWord(source, 'vmap')) {
    skipEnds(source);
    return [{ does: 'vmap', key: left, data: primary(source, false) }];
  }
  if (left.is === 'word' || left.is === 'number')
    fail(source, 'a match, a statement or a verdict before this');
  if (takeWord(source, 'set')) {
    const value = mapped(source);
    return [assignment(left, value, said())];
  }
  const op = lexer.kind === 'sign' || lexer.kind === 'word' ? comparisons.get(lexer.value) : undefined;
  if (op !== undefined) lexer.advance();
  const first = expression(source, false);
  const right = isSign(source, ',') ? list(source, first) : first;
  if (op === undefined || op === '==' || op === '!=') {
    if (take(source, '/')) {
      const by = expression(source, false);
      const mask = isSign(source, ',') ? list(source, by) : by;
      const masked: Expression = { is: 'binary', op: '&', left, right: mask };
      return [{ does: 'match', op: op ?? '==', left: masked, right }];
    }
  }
  return [{ does: 'match', op: op ?? 'implied', left, right }];
}
