/** Addresses as iptables takes them (`10/8`, `012.0.0.1`, `1.2.3.4/255.0.255.0`, `fd00::/ff00::`), as exact sets. */
import {
  type AddressSet,
  type Family,
  fromCidr,
  fromRanges,
  readAddress,
} from '../../../lang/packets/index.ts';
import { numberOf } from './numbers.ts';

/** Why a text is no set of addresses: a name that is looked up when the rules are loaded, nonsense, too many ranges. */
export type NoAddress = 'name' | 'nonsense' | 'too many ranges';

/** Address, network, or address and mask of any kind. */
export function addressesOf(text: string, family: Family): AddressSet | NoAddress {
  const plain = fromCidr(text);
  if (plain?.family === family) return plain;
  const slash = text.indexOf('/');
  const head = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? undefined : text.slice(slash + 1);
  if (head === 'localhost')
    return addressesOf((family === 'ipv4' ? '127.0.0.1' : '::1') + text.slice(head.length), family);
  if (family === 'ipv6') return sixMasked(head, mask);
  const address = fourOf(head, mask !== undefined);
  if (address === undefined) return noAddress(head);
  const bits = mask === undefined ? 32 : (numberOf(mask, 32) ?? fourOf(mask, false));
  if (bits === undefined) return 'nonsense';
  return fromCidr(`${address}/${bits}`) ?? 'too many ranges';
}

/** `from-to`, or one address. Empty where `from` is above `to`, as the kernel never matches then. */
export function addressRangeOf(text: string, family: Family): AddressSet | NoAddress {
  const dash = text.indexOf('-');
  const from = readAddress(dash < 0 ? text : text.slice(0, dash));
  const to = readAddress(dash < 0 ? text : text.slice(dash + 1));
  if (from?.family !== family || to?.family !== family) return 'nonsense';
  return fromRanges(family, [from.value, to.value]);
}

/** Dotted, in plain decimals. With `short`, a network may leave its last parts out. */
function fourOf(text: string, short: boolean): string | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || (parts.length < 4 && !short)) return undefined;
  const read = Array.from({ length: 4 }, (_, at) => (at < parts.length ? numberOf(parts[at] ?? '', 255) : 0));
  return read.includes(undefined) ? undefined : read.join('.');
}

const most = (1n << 128n) - 1n;

function sixMasked(head: string, mask: string | undefined): AddressSet | NoAddress {
  const address = readAddress(head);
  if (address === undefined) return noAddress(head);
  const read = readAddress(mask ?? '');
  if (typeof address.value === 'number' || typeof read?.value !== 'bigint') return 'nonsense';
  const free = most ^ read.value;
  let size = 1n;
  while ((free & size) !== 0n) size <<= 1n;
  // The free bits above the last ones: a range for each of their values.
  const high = free & ~(size - 1n);
  if (high.toString(2).replaceAll('0', '').length > 14) return 'too many ranges';
  const start = address.value & read.value;
  const ends: bigint[] = [];
  let part = 0n;
  do {
    ends.push(start | part, (start | part) + size - 1n);
    part = (part - high) & high;
  } while (part !== 0n);
  return fromRanges('ipv6', ends);
}

const name = /^[a-z0-9_][a-z0-9_.-]*$/i;

const noAddress = (text: string): NoAddress =>
  text.length < 256 && name.test(text) && /[a-z]/i.test(text) ? 'name' : 'nonsense';
