/** What the left side of a match asks about, in the words of the one rule language. */
import {
  type AddressType,
  type Dependence,
  type Family,
  type Match,
  allOf,
} from '../../../lang/packets/index.ts';
import type { Expression } from './syntax.ts';
import * as symbols from './symbols.ts';
import { serviceNames } from '../service-names.ts';

/** Looks up a word; absent: the field takes numbers only. */
export type Words = ReadonlyMap<string, number>;

export type Field =
  | {
      readonly of: 'address';
      readonly side: 'source' | 'destination' | 'original-destination';
      readonly family: Family;
    }
  | { readonly of: 'port'; readonly side: 'source-port' | 'destination-port' | 'original-destination-port' }
  | { readonly of: 'interface'; readonly side: 'in-interface' | 'out-interface' }
  | { readonly of: 'mark'; readonly which: 'mark' | 'ct-mark' }
  | { readonly of: 'ct-state' | 'ct-status' | 'tcp-flags' | 'direction' }
  | {
      readonly of: 'address-type';
      readonly side: 'destination-type' | 'source-type';
      /** Addresses of the interface that it came in by count as local, and no others. */
      readonly own: boolean;
    }
  /** Whether there is a way back to the source; `loose`: by any interface. */
  | { readonly of: 'reverse-path'; readonly loose: boolean; readonly marked: boolean }
  | { readonly of: 'owner'; readonly which: 'user' | 'group' }
  | { readonly of: 'segment-size' }
  | { readonly of: 'extra-header' }
  | { readonly of: 'family' }
  | { readonly of: 'ether-type' }
  /** The same for all packets that we ask about. */
  | { readonly of: 'constant'; readonly value: bigint; readonly words?: Words }
  | { readonly of: 'protocol' }
  | { readonly of: 'device-type' }
  | { readonly of: 'never'; readonly why: string }
  | { readonly of: 'opaque'; readonly on: Dependence };

/** A field, and what must hold for the packet to have it at all. */
export interface Asked {
  readonly field: Field;
  readonly family?: Family;
  readonly never?: string;
  /** Asks conntrack, which must know the packet: otherwise the match fails, negated or not. */
  readonly tracked?: boolean;
}

const opaque = (on: Dependence): Asked => ({ field: { of: 'opaque', on } });
const constant = (value: bigint, words?: Words): Asked => ({
  field: { of: 'constant', value, ...(words === undefined ? {} : { words }) },
});

export function asked(expression: Expression): Asked {
  switch (expression.is) {
    case 'payload':
      return payload(expression.protocol, expression.field);
    case 'raw':
      return raw(expression.base, expression.offset, expression.length);
    case 'meta':
      return meta(expression.key);
    case 'ct':
      return expression.key === 'state'
        ? { field: { of: 'ct-state' } }
        : { ...ct(expression.key, expression.direction), tracked: true };
    case 'fib':
      return fib(expression.result, expression.flags);
    case 'unknown':
      if (isSegmentSize(expression.text)) return { field: { of: 'segment-size' } };
      return isHeader(expression.text) ? { field: { of: 'extra-header' } } : opaque(expression.on);
    default:
      return opaque('other');
  }
}

/** In native text, and in JSON. */
const isSegmentSize = (text: string): boolean =>
  /^tcp option (?:maxseg|mss) size$/.test(text) ||
  text.replaceAll(/["{}: ,]+/g, ' ').trim() === 'tcp option name maxseg field size';

/**
 * A header of IPv6 that no usual packet of TCP has: then there is nothing to compare, whatever with. Without a field of
 * it (`exthdr frag missing`) the question is whether it is there, which always has an answer.
 */
const isHeader = (text: string): boolean =>
  /^(?:(?:hbh|frag|dst|mh|srh) |rt (?:type|seg-left|nexthdr|hdrlength))/.test(text) ||
  /^\{ ?"exthdr".*"field"/.test(text);

function payload(protocol: string, field: string): Asked {
  if (protocol === 'ip' || protocol === 'ip6') {
    const family: Family = protocol === 'ip' ? 'ipv4' : 'ipv6';
    if (field === 'saddr') return { field: { of: 'address', side: 'source', family }, family };
    if (field === 'daddr') return { field: { of: 'address', side: 'destination', family }, family };
    if (field === 'protocol' || field === 'nexthdr') return { field: { of: 'protocol' }, family };
    if (field === 'version') return { ...constant(family === 'ipv4' ? 4n : 6n), family };
    if (field === 'hdrlength') return { ...constant(5n), family };
    return { ...opaque('content'), family };
  }
  if (protocol === 'tcp' || protocol === 'th') {
    if (field === 'sport') return { field: { of: 'port', side: 'source-port' } };
    if (field === 'dport') return { field: { of: 'port', side: 'destination-port' } };
    if (field === 'flags' && protocol === 'tcp') return { field: { of: 'tcp-flags' } };
    return opaque('content');
  }
  if (protocol === 'ether') return field === 'type' ? { field: { of: 'ether-type' } } : opaque('other');
  const why = `${protocol} ${field}: not a TCP packet`;
  return { field: { of: 'never', why }, never: why };
}

// Offsets in bits, as `@nh,96,32` has them: some people write addresses and ports so.
function raw(base: string, offset: number, length: number): Asked {
  if (base === 'th' && length === 16) {
    if (offset === 0) return { field: { of: 'port', side: 'source-port' } };
    if (offset === 16) return { field: { of: 'port', side: 'destination-port' } };
  }
  return opaque('content');
}

function meta(key: string): Asked {
  switch (key) {
    case 'iif':
    case 'iifname':
      return { field: { of: 'interface', side: 'in-interface' } };
    case 'oif':
    case 'oifname':
      return { field: { of: 'interface', side: 'out-interface' } };
    case 'mark':
      return { field: { of: 'mark', which: 'mark' } };
    case 'l4proto':
      return { field: { of: 'protocol' } };
    case 'nfproto':
      return { field: { of: 'family' } };
    case 'protocol':
      return { field: { of: 'ether-type' } };
    case 'pkttype':
      return constant(0n, symbols.packetTypes);
    case 'nftrace':
      return constant(0n);
    case 'iiftype':
      return { field: { of: 'device-type' } };
    case 'skuid':
      return { field: { of: 'owner', which: 'user' } };
    case 'skgid':
      return { field: { of: 'owner', which: 'group' } };
    case 'cgroup':
      return opaque('socket');
    case 'time':
    case 'hour':
    case 'day':
      return opaque('time');
    case 'length':
      return opaque('content');
    case 'rtclassid':
      return opaque('route');
    case 'iifgroup':
    case 'oifgroup':
    case 'oiftype':
    case 'sdif':
    case 'sdifname':
    case 'iifkind':
    case 'oifkind':
      return opaque('interface');
    default:
      return opaque('other');
  }
}

function ct(key: string, direction: string | undefined): Asked {
  if (direction === 'reply') return opaque('other');
  switch (key) {
    case 'status':
      return { field: { of: 'ct-status' } };
    case 'mark':
      return { field: { of: 'mark', which: 'ct-mark' } };
    case 'direction':
      return { field: { of: 'direction' } };
    case 'protocol':
      return { field: { of: 'protocol' } };
    case 'l3proto':
      return { field: { of: 'family' } };
    case 'proto-dst':
      return direction === undefined
        ? opaque('other')
        : { field: { of: 'port', side: 'original-destination-port' } };
    case 'proto-src':
      return direction === undefined ? opaque('other') : { field: { of: 'port', side: 'source-port' } };
    case 'saddr':
    case 'ip saddr':
    case 'ip6 saddr':
    case 'daddr':
    case 'ip daddr':
    case 'ip6 daddr': {
      const family: Family = key.startsWith('ip6') ? 'ipv6' : 'ipv4';
      const side = key.endsWith('saddr') ? 'source' : 'original-destination';
      // Which family `ct original saddr` means is told by its value; see `condition`.
      return { field: { of: 'address', side, family }, ...(key.includes(' ') ? { family } : {}) };
    }
    case 'helper':
      return { field: { of: 'never', why: 'a new connection has no helper' } };
    case 'count':
    case 'bytes':
    case 'packets':
    case 'avgpkt':
    case 'expiration':
      return opaque('rate');
    case 'label':
    case 'zone':
      return opaque('mark');
    default:
      return opaque('other');
  }
}

function fib(result: string, flags: readonly string[]): Asked {
  if (result === 'type' && !flags.includes('oif')) {
    const own = flags.includes('iif');
    if (flags.includes('daddr')) return { field: { of: 'address-type', side: 'destination-type', own } };
    if (flags.includes('saddr')) return { field: { of: 'address-type', side: 'source-type', own } };
  }
  if (result === 'oif' && flags.includes('saddr') && !flags.includes('oif'))
    return {
      field: { of: 'reverse-path', loose: !flags.includes('iif'), marked: flags.includes('mark') },
    };
  return opaque('route');
}

/** What a word means to this field; `undefined`: nothing. */
export function wordsOf(field: Field): Words | undefined {
  switch (field.of) {
    case 'port':
      return serviceNames;
    case 'protocol':
      return symbols.protocols;
    case 'ct-state':
      return symbols.ctStates;
    case 'ct-status':
      return symbols.ctStatuses;
    case 'tcp-flags':
      return symbols.tcpFlags;
    case 'direction':
      return symbols.directions;
    case 'address-type':
      return symbols.addressTypes;
    case 'reverse-path':
      return symbols.presences;
    case 'owner':
      return symbols.owners;
    case 'family':
      return symbols.netfilterFamilies;
    case 'ether-type':
      return symbols.etherTypes;
    case 'device-type':
      return symbols.deviceTypes;
    case 'constant':
      return field.words;
    default:
      return undefined;
  }
}

const typeNames: ReadonlyMap<number, AddressType> = new Map([
  [0, 'unspecified'],
  [1, 'unicast'],
  [2, 'local'],
  [3, 'broadcast'],
  [4, 'anycast'],
  [5, 'multicast'],
  [6, 'blackhole'],
]);
export const addressTypeOf = (value: number): AddressType | undefined => typeNames.get(value);

/** Conntrack knows the packet. What it could make nothing of is `invalid`, and it knows nothing of that. */
export const isTracked: Match = { match: 'ct-state', states: ['new', 'established', 'related'] };

export const isFamily = (family: Family): Match => ({ match: 'source', addresses: allOf(family) });
