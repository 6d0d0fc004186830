/** Expressions as `nft -j` writes them. */
import type { Dependence } from '../../../lang/packets/index.ts';
import { isObject, type Json, listOf, said, shortened, textOf } from './json-value.ts';
import { scanIpv4 } from './ranges.ts';
import type { BitOperator, Element, Elements, Expression, Verdict } from './syntax.ts';

const deepest = 200;

export const unknownExpression = (on: Dependence, value: unknown): Expression => ({
  is: 'unknown',
  on,
  text: typeof value === 'string' ? shortened(value) : said(value),
});

const dependences: Readonly<Record<string, Dependence>> = {
  osf: 'content',
  socket: 'socket',
  numgen: 'other',
  jhash: 'other',
  symhash: 'other',
  rt: 'route',
  ipsec: 'other',
  'tcp option': 'content',
  'ip option': 'content',
  'sctp chunk': 'content',
  'dccp option': 'content',
  exthdr: 'content',
  tunnel: 'other',
};
const verdicts = new Set(['accept', 'drop', 'return', 'continue']);

export function jsonExpression(value: unknown, depth = 0): Expression {
  if (depth > deepest) return unknownExpression('other', '…');
  const inner = (one: unknown): Expression => jsonExpression(one, depth + 1);
  if (typeof value === 'string') {
    if (value.startsWith('@')) return { is: 'named', name: value.slice(1) };
    return { is: 'word', word: value };
  }
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0
      ? { is: 'number', value: Number.isSafeInteger(value) ? value : BigInt(value) }
      : unknownExpression('other', value);
  if (typeof value === 'boolean') return { is: 'number', value: value ? 1 : 0 };
  if (Array.isArray(value)) return { is: 'list', items: value.map(inner) };
  if (!isObject(value)) return unknownExpression('other', value);
  const [entry] = Object.entries(value);
  if (entry === undefined) return unknownExpression('other', value);
  const [key, body] = entry;
  switch (key) {
    case 'payload':
      return payload(body);
    case 'meta':
      return isObject(body) && typeof body['key'] === 'string'
        ? { is: 'meta', key: body['key'] }
        : unknownExpression('other', value);
    case 'ct':
      return ct(body) ?? unknownExpression('other', value);
    case 'fib':
      return isObject(body) && typeof body['result'] === 'string'
        ? {
            is: 'fib',
            result: body['result'],
            flags: listOf(body['flags']).flatMap((flag) => textOf(flag) ?? []),
          }
        : unknownExpression('route', value);
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return binary(key, listOf(body).map(inner)) ?? unknownExpression('other', value);
    case 'prefix': {
      if (!isObject(body) || typeof body['len'] !== 'number') return unknownExpression('other', value);
      return { is: 'prefix', address: inner(body['addr']), length: body['len'] };
    }
    case 'range': {
      const [from, to] = listOf(body).map(inner);
      return from === undefined || to === undefined
        ? unknownExpression('other', value)
        : { is: 'range', from, to };
    }
    case 'set':
      return { is: 'set', elements: jsonElements(listOf(body), depth + 1) };
    case 'concat':
      return { is: 'concat', parts: listOf(body).map(inner) };
    case 'map':
      return isObject(body)
        ? { is: 'map', key: inner(body['key']), data: inner(body['data']) }
        : unknownExpression('other', value);
    case 'elem':
      return isObject(body) ? inner(body['val']) : unknownExpression('other', value);
    default: {
      const verdict = jsonVerdict(value);
      return verdict === undefined
        ? unknownExpression(dependences[key] ?? 'other', value)
        : { is: 'verdict', verdict };
    }
  }
}

export function jsonVerdict(value: Json): Verdict | undefined {
  const [entry] = Object.entries(value);
  const [key = '', body] = entry ?? [];
  if (verdicts.has(key)) return { verdict: key as 'accept' };
  if (key !== 'jump' && key !== 'goto') return undefined;
  const chain = isObject(body) ? textOf(body['target']) : undefined;
  return chain === undefined ? undefined : { verdict: key, chain };
}

/** `{ "|": [a, b, c] }` has as many as it likes. */
function binary(op: BitOperator, parts: readonly Expression[]): Expression | undefined {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return undefined;
  return rest.reduce<Expression>((left, right) => ({ is: 'binary', op, left, right }), first);
}

function payload(body: unknown): Expression {
  if (!isObject(body)) return unknownExpression('content', body);
  const { protocol, field, base, offset, len } = body;
  if (typeof protocol === 'string' && typeof field === 'string') return { is: 'payload', protocol, field };
  if (typeof base === 'string' && typeof offset === 'number' && typeof len === 'number')
    return { is: 'raw', base, offset, length: len };
  return unknownExpression('content', body);
}

function ct(body: unknown): Expression | undefined {
  if (!isObject(body) || typeof body['key'] !== 'string') return undefined;
  const direction = textOf(body['dir']);
  return { is: 'ct', key: body['key'], ...(direction === undefined ? {} : { direction }) };
}

export function jsonElements(values: readonly unknown[], depth = 0): Elements {
  const packed: number[] = [];
  const list: Element[] = [];
  for (const value of values) if (!pack(value, packed)) list.push(element(value, depth));
  return { packed, list };
}

/** Plain IPv4: one address, a prefix, or a range. */
function pack(value: unknown, packed: number[]): boolean {
  if (typeof value === 'string') {
    const found = quad(value);
    if (found === -1) return false;
    packed.push(found, found);
    return true;
  }
  if (!isObject(value)) return false;
  const { prefix, range } = value;
  if (isObject(prefix)) {
    const { addr, len } = prefix;
    const found = typeof addr === 'string' ? quad(addr) : -1;
    if (found === -1 || typeof len !== 'number' || !(len >= 0 && len <= 32)) return false;
    const size = 2 ** (32 - len);
    const from = found - (found % size);
    packed.push(from, from + size - 1);
    return true;
  }
  if (!Array.isArray(range)) return false;
  const [from, to] = range.map((end) => (typeof end === 'string' ? quad(end) : -1));
  if (from === undefined || to === undefined || from === -1 || to < from) return false;
  packed.push(from, to);
  return true;
}

function quad(word: string): number {
  const found = scanIpv4(word, 0);
  return found === -1 || found % 16 !== word.length ? -1 : Math.floor(found / 16);
}

function element(value: unknown, depth: number): Element {
  if (Array.isArray(value) && value.length === 2) {
    const [key, data] = value as readonly unknown[];
    return { ...element(key, depth), data: jsonExpression(data, depth + 1) };
  }
  if (!isObject(value) || !isObject(value['elem'])) return { key: jsonExpression(value, depth + 1) };
  const body = value['elem'];
  const bound = ['limit', 'quota', 'ct count'].some((word) => word in body) || boundBy(body['stmt']);
  return {
    key: jsonExpression(body['val'], depth + 1),
    ...(bound ? { bound } : {}),
    ...('expires' in body || 'timeout' in body ? { timeout: true } : {}),
  };
}

export const boundBy = (statements: unknown): boolean =>
  listOf(statements).some(
    (one) => isObject(one) && ['limit', 'quota', 'ct count'].some((word) => word in one),
  );
