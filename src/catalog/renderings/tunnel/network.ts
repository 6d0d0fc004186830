import { kindOf } from '../../../lang/address/index.ts';
import { readAddress, writeAddress } from '../../../lang/packets/index.ts';

/** The inside of the tunnel: a network, and the address of the host with a number, from 1. */
export interface InnerNetwork {
  readonly network: string;
  readonly prefix: number;
  readonly at: (index: number) => string;
}

/** FNV-1a: spreads plans over the range, and the same hosts get the same network each time. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

const ipv4 = (text: string): number => {
  const read = readAddress(text);
  return read?.family === 'ipv4' ? read.value : -1;
};

const networkAt = (first: number, prefix: number): InnerNetwork => ({
  network: `${writeAddress(first)}/${prefix}`,
  prefix,
  at: (index) => writeAddress(first + index),
});

/**
 * A network that none of the known addresses lies in. It is one of 10.120.0.0 to 10.219.255.0, where neither Docker
 * nor Kubernetes nor a router at home begins. Other networks of these hosts are in no plan: the script looks.
 */
export function freeNetwork(known: readonly string[]): InnerNetwork {
  const taken = new Set(known.map(ipv4).map((value) => Math.floor(value / 65_536)));
  const start = spread([...known].toSorted().join(' '));
  const candidates = Array.from({ length: 100 }, (_, index) => 10 * 256 + 120 + ((start + index) % 100));
  const upper = candidates.find((one) => !taken.has(one)) ?? 10 * 256 + 120;
  return networkAt(upper * 65_536 + (Math.floor(start / 256) % 256) * 256, 24);
}

/** That of the user; else what is wrong with it. */
export function namedNetwork(
  text: string,
  known: readonly string[],
  hosts: number,
): InnerNetwork | { readonly problem: string } {
  const [address = '', bits = ''] = text.split('/');
  const value = ipv4(address);
  const prefix = /^\d\d?$/.test(bits) ? Number(bits) : 0;
  if (value < 0 || prefix < 8 || prefix > 30) return { problem: 'it is no IPv4 network like 10.150.1.0/24' };
  const size = 2 ** (32 - prefix);
  if (value % size !== 0) return { problem: `it does not begin where a /${prefix} begins` };
  if (hosts > size - 2) return { problem: `it has no room for ${hosts} hosts` };
  if (kindOf(address) !== 'private') return { problem: 'it is not one of the private networks' };
  const inside = known.find((one) => ipv4(one) >= value && ipv4(one) < value + size);
  if (inside !== undefined) return { problem: `${inside} lies in it, outside of the tunnel` };
  return networkAt(value, prefix);
}
