import { join } from 'node:path/posix';
import type { HostAddress } from '../../model/host.ts';
import { textOf } from './bounded-read.ts';
import { procOf } from './process-root.ts';
import { addressOf, textOfIpv6 } from './socket-addresses.ts';

const most = 1_048_576;

/** `0100A8C0` of /proc/net/route, in the byte order of the machine. */
const fromHex = (hex: string): number => toNumber(addressOf(hex) ?? '0.0.0.0');
const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const bits = (mask: number): number => mask.toString(2).replaceAll('0', '').length;

interface Network {
  readonly interface: string;
  readonly start: number;
  readonly mask: number;
}

/** Networks that an interface is on: routes without a gateway. */
function networksOf(route: string): readonly Network[] {
  return route
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [name, destination, gateway, , , , , mask] = line.split(/\s+/);
      if (!name || !destination || gateway !== '00000000' || !mask || mask === '00000000') return [];
      return [{ interface: name, start: fromHex(destination), mask: fromHex(mask) }];
    });
}

/** `|-- 10.77.0.10` followed by `/32 host LOCAL`: the kernel's own addresses. */
function localAddresses(trie: string): readonly string[] {
  const found = new Set<string>();
  let last: string | undefined;
  for (const line of trie.split('\n')) {
    const leaf = /\|-- (\d{1,3}(?:\.\d{1,3}){3})/.exec(line);
    if (leaf) last = leaf[1];
    else if (last && line.includes('/32 host LOCAL')) found.add(last);
  }
  return [...found];
}

/** Addresses of a process' own network namespace, from the kernel's tables: `undefined` where they may not be read. */
export function namespaceAddresses(pid: number, root: string): readonly HostAddress[] | undefined {
  const proc = procOf(pid, root);
  const trie = textOf(join(proc, 'net/fib_trie'), most);
  if (trie === undefined) return undefined;
  const networks = networksOf(textOf(join(proc, 'net/route'), most) ?? '');
  const four = localAddresses(trie).map((address): HostAddress => {
    const number = toNumber(address);
    const network = networks.find(({ start, mask }) => (number & mask) >>> 0 === start >>> 0);
    if (network) return { interface: network.interface, address, prefix: bits(network.mask >>> 0) };
    return {
      interface: address.startsWith('127.') ? 'lo' : 'unknown',
      address,
      prefix: address.startsWith('127.') ? 8 : 32,
    };
  });
  const six = (textOf(join(proc, 'net/if_inet6'), most) ?? '')
    .split('\n')
    .flatMap((line): readonly HostAddress[] => {
      const [hex, , prefix, , , name] = line.trim().split(/\s+/);
      if (!hex || !prefix || !name || !/^[0-9a-f]{32}$/i.test(hex)) return [];
      return [
        {
          interface: name,
          address: textOfIpv6(Buffer.from(hex, 'hex')),
          prefix: Number.parseInt(prefix, 16),
        },
      ];
    });
  return [...four, ...six];
}
