/** Expressions of native text. */
import { fieldExpression } from './field-words.ts';
import { packQuads } from './pack-quads.ts';
import { printExpression } from './print-expression.ts';
import { fail, isSign, need, numeral, type Source, skipEnds, take, Unreadable } from './source.ts';
import type { BitOperator, Element, Elements, Expression, Verdict } from './syntax.ts';

const deepest = 64;
// Variables inside variables multiply: this many elements are more than any kernel takes.
const mostElements = 20_000_000;
const weights = new WeakMap<object, number>();

const bitWords: ReadonlyMap<string, BitOperator> = new Map<string, BitOperator>([
  ['&', '&'],
  ['and', '&'],
  ['|', '|'],
  ['or', '|'],
  ['^', '^'],
  ['xor', '^'],
  ['<<', '<<'],
  ['lshift', '<<'],
  ['>>', '>>'],
  ['rshift', '>>'],
]);
const strength: Readonly<Record<BitOperator, number>> = { '|': 1, '^': 2, '&': 3, '<<': 4, '>>': 4 };
const boundWords = new Set(['limit', 'quota', 'ct']);

/** A name of a table, a chain or a set; a variable may stand for it. */
export function name(source: Source): string {
  const { lexer } = source;
  if (lexer.kind === 'word' || lexer.kind === 'quoted') {
    const { value } = lexer;
    lexer.advance();
    return value;
  }
  if (isSign(source, '$')) {
    const variable = primary(source, false);
    if (variable.is === 'word') return variable.word;
  }
  return fail(source, 'a name');
}

/** `a . b`, or a single part. */
export function expression(source: Source, left: boolean): Expression {
  const first = bits(source, left, 1);
  if (!isSign(source, '.')) return first;
  const parts = [first];
  while (take(source, '.')) {
    skipEnds(source);
    parts.push(bits(source, left, 1));
  }
  return { is: 'concat', parts };
}

function bits(source: Source, left: boolean, least: number): Expression {
  if (++source.depth > deepest) fail(source, 'less nesting');
  let first = primary(source, left);
  first = ending(source, first, left);
  for (;;) {
    const { lexer } = source;
    const op = lexer.kind === 'sign' || lexer.kind === 'word' ? bitWords.get(lexer.value) : undefined;
    if (op === undefined || strength[op] < least) break;
    lexer.advance();
    first = {
      is: 'binary',
      op,
      left: first,
      right: bits(source, left && isFieldStart(source), strength[op] + 1),
    };
  }
  source.depth--;
  return first;
}

const isFieldStart = (source: Source): boolean => source.lexer.kind === 'word';

/** A prefix or a range. */
function ending(source: Source, first: Expression, left: boolean): Expression {
  if (left && first.is !== 'word' && first.is !== 'number') return first;
  if (isSign(source, '/')) {
    const mark = source.lexer.mark();
    source.lexer.advance();
    const { kind, value } = source.lexer;
    if (kind === 'number' && first.is !== 'list') {
      source.lexer.advance();
      return { is: 'prefix', address: first, length: Number(value) };
    }
    source.lexer.back(mark);
    return first;
  }
  if (isSign(source, '-') && (first.is === 'word' || first.is === 'number')) {
    source.lexer.advance();
    return { is: 'range', from: first, to: primary(source, false) };
  }
  return first;
}

export function primary(source: Source, left: boolean): Expression {
  const { lexer } = source;
  const { kind, value } = lexer;
  switch (kind) {
    case 'number': {
      lexer.advance();
      if (value.length > 42) return fail(source, 'a shorter number');
      const number = BigInt(value);
      return { is: 'number', value: number <= 0xffffffffffffn ? Number(number) : number };
    }
    case 'address':
      lexer.advance();
      return { is: 'word', word: value };
    case 'quoted':
      lexer.advance();
      return { is: 'word', word: value, quoted: !value.endsWith('*') };
    case 'sign':
      return signed(source, value, left);
    case 'word': {
      const field = fieldExpression(source, expression);
      if (field !== undefined) return field;
      lexer.advance();
      return { is: 'word', word: value };
    }
    default:
      return fail(source, 'a value');
  }
}

function signed(source: Source, value: string, left: boolean): Expression {
  const { lexer } = source;
  if (value === '{') return setLiteral(source);
  lexer.advance();
  switch (value) {
    case '$': {
      const { kind, value: variable } = lexer;
      const meant = source.variables.get(variable);
      if (kind !== 'word' || meant === undefined) {
        // A name may go on with a sign that belongs to what follows.
        throw new Unreadable(`unknown variable $${variable}`);
      }
      lexer.advance();
      return meant;
    }
    case '(': {
      const inner = bits(source, left, 1);
      need(source, ')');
      return inner;
    }
    case '@': {
      const { kind, value: word } = lexer;
      if (kind !== 'word')
        return isSign(source, '$') ? { is: 'named', name: name(source) } : fail(source, 'the name of a set');
      lexer.advance();
      if (!['ll', 'nh', 'th', 'ih'].includes(word) || !isSign(source, ','))
        return { is: 'named', name: word };
      const mark = lexer.mark();
      lexer.advance();
      const offset = numeral(source);
      if (offset === undefined) {
        lexer.back(mark);
        return { is: 'named', name: word };
      }
      need(source, ',');
      return { is: 'raw', base: word, offset, length: numeral(source) ?? fail(source, 'a length') };
    }
    case '[': {
      const address = primary(source, false);
      need(source, ']');
      return address;
    }
    case '*':
      return { is: 'word', word: '*' };
    case '-': {
      const number = numeral(source);
      return number === undefined ? fail(source, 'a number') : { is: 'number', value: -number };
    }
    default:
      return fail(source, 'a value');
  }
}

export function verdictWord(source: Source): Verdict | undefined {
  const { lexer } = source;
  if (lexer.kind !== 'word') return undefined;
  const { value } = lexer;
  if (value === 'accept' || value === 'drop' || value === 'return' || value === 'continue') {
    lexer.advance();
    return { verdict: value };
  }
  if (value !== 'jump' && value !== 'goto') return undefined;
  const mark = lexer.mark();
  lexer.advance();
  if (isSign(source, '{')) {
    lexer.back(mark);
    return undefined;
  }
  return { verdict: value, chain: name(source) };
}

function setLiteral(source: Source): Expression {
  if (++source.depth > deepest) fail(source, 'less nesting');
  const elements = elementList(source);
  source.depth--;
  return { is: 'set', elements };
}

/** `{ a, b : accept, … }`, from its brace on. */
export function elementList(source: Source): Elements {
  const packed: number[] = [];
  const list: Element[] = [];
  let weight = 0;
  need(source, '{');
  for (;;) {
    packQuads(source.lexer, packed);
    skipEnds(source);
    if (isSign(source, '}')) {
      if (list.length + packed.length === 0) fail(source, 'an element');
      source.lexer.advance();
      break;
    }
    const one = element(source);
    weight += one.key.is === 'set' ? (weights.get(one.key.elements) ?? 1) : 1;
    if (weight > mostElements) fail(source, 'fewer elements');
    list.push(one);
    skipEnds(source);
    if (take(source, ',')) continue;
    skipEnds(source);
    need(source, '}');
    break;
  }
  const elements = { packed, list };
  weights.set(elements, weight + packed.length / 2);
  return elements;
}

function element(source: Source): Element {
  const key = expression(source, false);
  let [bound, timeout] = [false, false];
  const { lexer } = source;
  while (lexer.kind === 'word') {
    if (boundWords.has(lexer.value)) bound = true;
    if (lexer.value === 'timeout' || lexer.value === 'expires') timeout = true;
    // `timeout 1h`, `counter packets 3 bytes 4`, `comment "x"`, `limit rate 1/second`
    lexer.advance();
    while (lexer.now() === 'number' || lexer.now() === 'quoted' || isSign(source, '/')) lexer.advance();
  }
  const marks = { ...(bound ? { bound } : {}), ...(timeout ? { timeout } : {}) };
  if (!take(source, ':')) return { key, ...marks };
  skipEnds(source);
  return { key, data: mapData(source), ...marks };
}

function mapData(source: Source): Expression {
  const verdict = verdictWord(source);
  if (verdict !== undefined) return { is: 'verdict', verdict };
  const data = expression(source, false);
  // A class as `1:11`.
  if (!take(source, ':')) return data;
  return { is: 'word', word: `${printExpression(data)}:${printExpression(primary(source, false))}` };
}
