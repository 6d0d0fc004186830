import { join } from 'node:path/posix';
import { networkOf } from '../../lang/address/index.ts';
import type { NetworkInterface } from '../../model/firewall.ts';
import type { HostAddress } from '../../model/host.ts';
import { readText, textOf } from '../host/bounded-read.ts';
import { procOf } from '../host/process-root.ts';
import { addressOf, textOfIpv6 } from '../host/socket-addresses.ts';

const most = 4_194_304;
const isUp = 1;
const hasGateway = 2;
const isReject = 0x200;

interface Route {
  readonly name: string;
  readonly network: string;
  readonly gateway?: string;
}

/** Interfaces with what the kernel sends out by each. @throws a system error where the tables may not be read. */
export function interfacesOf(
  pid: number | 'self',
  addresses: readonly HostAddress[],
  root: string,
): readonly NetworkInterface[] {
  const proc = procOf(pid, root);
  const routes = [
    ...ipv4Routes(readText(join(proc, 'net/route'), most)),
    // Where IPv6 is off there is no such table.
    ...ipv6Routes(textOf(join(proc, 'net/ipv6_route'), most) ?? ''),
  ];
  const names = [...new Set([...addresses.map((one) => one.interface), ...routes.map(({ name }) => name)])];
  const byName = Map.groupBy(routes, ({ name }) => name);
  return names.map((name) => {
    const own = addresses.filter((one) => one.interface === name);
    const out = byName.get(name) ?? [];
    const linked = own.flatMap(({ address, prefix }) =>
      name === 'lo' || prefix >= (address.includes(':') ? 128 : 32) ? [] : (networkOf(address, prefix) ?? []),
    );
    const direct = out.flatMap(({ network, gateway }) => (gateway === undefined ? [network] : []));
    return {
      name,
      addresses: own.map(({ address }) => address),
      networks: [...new Set([...linked, ...direct])],
      routes: [...new Set(out.flatMap(({ network, gateway }) => (gateway === undefined ? [] : [network])))],
      gateways: [...new Set(out.flatMap(({ gateway }) => gateway ?? []))],
    };
  });
}

/**
 * Whether routes that are not those of an interface decide over some packets: a table of policy routing, or a route that
 * refuses. Where that cannot be seen they may.
 */
export function hasOtherRoutes(pid: number | 'self', root: string): boolean {
  const proc = procOf(pid, root);
  const tables = textOf(join(proc, 'net/fib_trie'), most);
  if (tables === undefined || tables.length >= most || /^Id \d+:/m.test(tables)) return true;
  // Routes without an interface.
  if (/^\*\s/m.test(textOf(join(proc, 'net/route'), most) ?? '')) return true;
  const six = (textOf(join(proc, 'net/ipv6_route'), most) ?? '').split('\n').map((line) => line.trim());
  // The kernel ends every table with one that refuses all, main and local, but for those with a default route.
  const ends = six.filter((line) => isEnd.test(line)).length;
  const refused = six.some((line) => / 00200200 +lo$/.test(line) && !isEnd.test(line));
  return refused || ends + (six.some((line) => isDefault.test(line)) ? 1 : 0) > 2;
}

const isEnd = /^0{32} 00 0{32} 00 0{32} f{8} .* lo$/;
const isDefault = /^0{32} 00 .* (?!lo$)\S+$/;

const bitsOf = (mask: string): number =>
  mask.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0);

/** /proc/net/route: name, destination, gateway, flags, …, mask, each in the byte order of the machine. */
function ipv4Routes(table: string): readonly Route[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line): readonly Route[] => {
      const [name, destination = '', gateway = '', flags = '', , , , mask = ''] = line.split(/\s+/);
      const [network, via, bits] = [addressOf(destination), addressOf(gateway), addressOf(mask)];
      const flag = Number.parseInt(flags, 16);
      if (!name || name === '*' || !network || !via || !bits || !(flag & isUp) || flag & isReject) return [];
      const cidr = `${network}/${bitsOf(bits)}`;
      return [{ name, network: cidr, ...(flag & hasGateway ? { gateway: via } : {}) }];
    });
}

/** /proc/net/ipv6_route: destination, prefix, source, prefix, next hop, metric, …, flags, name. */
function ipv6Routes(table: string): readonly Route[] {
  const local = 0x8000_0000;
  const anycast = 0x0010_0000;
  return table.split('\n').flatMap((line): readonly Route[] => {
    const [destination = '', prefix = '', , , via = '', , , , flags = '', name] = line.trim().split(/\s+/);
    const flag = Number.parseInt(flags, 16);
    if (!name || name === 'lo' || !/^[0-9a-f]{32}$/.test(destination) || !/^[0-9a-f]{32}$/.test(via))
      return [];
    // Addresses of its own, multicast, and what is refused are no ways out.
    if (!(flag & isUp) || flag & isReject || flag >>> 0 >= local || flag & anycast) return [];
    if (destination.startsWith('ff')) return [];
    const network = `${textOfIpv6(Buffer.from(destination, 'hex'))}/${Number.parseInt(prefix, 16)}`;
    const gateway = flag & hasGateway ? textOfIpv6(Buffer.from(via, 'hex')) : undefined;
    return [{ name, network, ...(gateway === undefined ? {} : { gateway }) }];
  });
}
