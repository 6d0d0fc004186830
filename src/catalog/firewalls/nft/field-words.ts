/** The fields of native text: `tcp dport`, `meta mark`, `ct state`, `fib daddr type`, … */
import type { Dependence } from '../../../lang/packets/index.ts';
import { shortened } from './json-value.ts';
import { fail, isWord, numeral, type Source, take, takeWord } from './source.ts';
import type { Expression } from './syntax.ts';

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

/** `tcp dport`, `meta mark`, …; `undefined` when the word is none of these. */
export function fieldExpression(
  source: Source,
  inner: (source: Source, left: boolean) => Expression,
): Expression | undefined {
  const { lexer } = source;
  const mark = lexer.mark();
  const word = lexer.value;
  const found = fieldOf(source, word, inner);
  if (found === undefined) lexer.back(mark);
  return found;
}

function fieldOf(
  source: Source,
  word: string,
  inner: (source: Source, left: boolean) => Expression,
): Expression | undefined {
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
      inner(source, true);
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
