/** Expressions of native text. */
import type { Dependence } from '../../../lang/packets/index.ts';
import type { Lexer } from './lexer.ts';
import { packQuads } from './pack-quads.ts';
import { shortened } from './json-value.ts';
import { printExpression } from './print-expression.ts';
import type { BitOperator, Element, Elements, Expression, Verdict } from './syntax.ts';

/** Left by a parser that cannot go on; caught where the rule, or the block, ends. */
export class Unreadable extends Error {}

/** What the words are read with. */
export interface Source {
  readonly lexer: Lexer;
  readonly variables: Map<string, Expression>;
  depth: number;
}

const deepest = 64;
// Variables inside variables multiply: this many elements are more than any kernel takes.
const mostElements = 20_000_000;
const weights = new WeakMap<object, number>();

const payloadFields: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    ip: 'version hdrlength dscp ecn length id frag-off ttl protocol checksum saddr daddr',
    ip6: 'version dscp ecn flowlabel length nexthdr hoplimit saddr daddr',
    tcp: 'sport dport sequence ackseq doff reserved flags window checksum urgptr',
    udp: 'sport dport length checksum csumcov',
    udplite: 'sport dport checksum csumcov',
    sctp: 'sport dport vtag checksum',
    dccp: 'sport dport type',
    th: 'sport dport',
    icmp: 'type code checksum id sequence gateway mtu',
    icmpv6: 'type code checksum parameter-problem packet-too-big id sequence max-delay taddr daddr mtu',
    igmp: 'type mrt checksum group',
    ah: 'nexthdr hdrlength reserved spi sequence',
    esp: 'spi sequence',
    comp: 'nexthdr flags cpi',
    ether: 'daddr saddr type',
    vlan: 'id dei cfi pcp type',
    arp: 'htype ptype hlen plen operation',
    gre: 'version flags protocol',
  }).map(([protocol, fields]) => [protocol, new Set(fields.split(' '))]),
);
const twoWordFields: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['arp', new Set(['saddr', 'daddr'])],
]);
const headers = new Set(['hbh', 'frag', 'dst', 'mh', 'srh']);
/** Meta keys that stand without `meta`. */
const bareMeta = new Set(
  'mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace rtclassid ibriport obriport ibrname obrname pkttype cpu iifgroup oifgroup cgroup'.split(
    ' ',
  ),
);
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

export function skipEnds({ lexer }: Source): void {
  while (lexer.kind === 'end' && lexer.value === '\n') lexer.advance();
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
      const field = fieldExpression(source);
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

export function numeral({ lexer }: Source): number | undefined {
  if (lexer.kind !== 'number') return undefined;
  const value = Number(lexer.value);
  lexer.advance();
  return value;
}

/** `tcp dport`, `meta mark`, …; `undefined` when the word is none of these. */
export function fieldExpression(source: Source): Expression | undefined {
  const { lexer } = source;
  const mark = lexer.mark();
  const word = lexer.value;
  const found = fieldOf(source, word);
  if (found === undefined) lexer.back(mark);
  return found;
}

function fieldOf(source: Source, word: string): Expression | undefined {
  const { lexer } = source;
  lexer.advance();
  const next = lexer.kind === 'word' ? lexer.value : '';
  const unknown = (on: Dependence, from: number): Expression => ({
    is: 'unknown',
    on,
    text: shortened(lexer.text.slice(from, lexer.previousEnd)),
  });
  const from = lexer.previousEnd - word.length;
  if (payloadFields.get(word)?.has(next) === true) {
    lexer.advance();
    return { is: 'payload', protocol: word, field: next };
  }
  if (twoWordFields.get(word)?.has(next) === true || (word === 'arp' && ['saddr', 'daddr'].includes(next))) {
    lexer.advance();
    const kind = lexer.value;
    lexer.advance();
    return { is: 'payload', protocol: word, field: `${next} ${kind}` };
  }
  if (
    (word === 'tcp' || word === 'ip' || word === 'sctp' || word === 'dccp') &&
    (next === 'option' || next === 'chunk')
  ) {
    lexer.advance();
    optionWords(source);
    return unknown('content', from);
  }
  if (headers.has(word) && lexer.kind === 'word') {
    lexer.advance();
    return unknown('content', from);
  }
  switch (word) {
    case 'meta':
      if (lexer.kind !== 'word') return undefined;
      lexer.advance();
      return { is: 'meta', key: next };
    case 'ct':
      return ctExpression(source, next);
    case 'fib':
      return fibExpression(source);
    case 'rt': {
      if (!['classid', 'nexthop', 'mtu', 'ipsec', 'ip', 'ip6', 'type', 'hdrlength'].includes(next))
        return undefined;
      lexer.advance();
      if (next === 'ip' || next === 'ip6') lexer.advance();
      return unknown('route', from);
    }
    case 'socket':
    case 'exthdr':
    case 'tunnel':
      if (lexer.kind !== 'word') return undefined;
      lexer.advance();
      if (word === 'socket' && next === 'cgroupv2')
        while (lexer.kind === 'word' || lexer.kind === 'number') {
          const level = lexer.now() === 'number';
          lexer.advance();
          if (level) break;
        }
      return unknown(word === 'socket' ? 'socket' : 'content', from);
    case 'osf':
      if (takeWord(source, 'ttl')) lexer.advance();
      if (!takeWord(source, 'name') && !takeWord(source, 'version')) return undefined;
      return unknown('content', from);
    case 'ipsec': {
      if (next !== 'in' && next !== 'out') return undefined;
      lexer.advance();
      if (takeWord(source, 'spnum')) lexer.advance();
      if (isWord(source, 'ip') || isWord(source, 'ip6')) lexer.advance();
      lexer.advance();
      return unknown('other', from);
    }
    case 'numgen':
      if (next !== 'inc' && next !== 'random') return undefined;
      lexer.advance();
      hashWords(source);
      return unknown('other', from);
    case 'symhash':
      hashWords(source);
      return unknown('other', from);
    case 'jhash':
      expression(source, true);
      hashWords(source);
      return unknown('other', from);
    default:
      return bareMeta.has(word) ? { is: 'meta', key: word } : undefined;
  }
}

function hashWords(source: Source): void {
  while (['mod', 'seed', 'offset'].some((word) => takeWord(source, word)))
    if (numeral(source) === undefined) fail(source, 'a number');
}

const optionFields = new Set(
  'kind length size left right count tsval tsecr exists missing type code ptr value addr'.split(' '),
);
function optionWords(source: Source): void {
  const { lexer } = source;
  if (take(source, '@')) {
    for (let part = 0; part < 3; part++) {
      lexer.advance();
      take(source, ',');
    }
    return;
  }
  lexer.advance();
  if (
    lexer.kind === 'word' &&
    optionFields.has(lexer.value) &&
    lexer.value !== 'exists' &&
    lexer.value !== 'missing'
  )
    lexer.advance();
  else if (lexer.kind === 'word' && ['init', 'data'].includes(lexer.value)) lexer.advance();
}

const ctFamilies = new Set(['ip', 'ip6']);
function ctExpression(source: Source, next: string): Expression | undefined {
  const { lexer } = source;
  if (lexer.kind !== 'word') return undefined;
  lexer.advance();
  if (next !== 'original' && next !== 'reply') return { is: 'ct', key: next };
  let key = lexer.value;
  lexer.advance();
  if (ctFamilies.has(key)) {
    key = `${key} ${lexer.value}`;
    lexer.advance();
  }
  return { is: 'ct', direction: next, key };
}

function fibExpression(source: Source): Expression | undefined {
  const { lexer } = source;
  const flags: string[] = [];
  do {
    if (lexer.kind !== 'word') return undefined;
    flags.push(lexer.value);
    lexer.advance();
  } while (take(source, '.'));
  if (lexer.kind !== 'word') return undefined;
  const result = lexer.value;
  lexer.advance();
  return { is: 'fib', result, flags };
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
