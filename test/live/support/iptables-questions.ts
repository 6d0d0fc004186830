/** What is asked of a random rule set, from which addresses, and whether an answer is what a packet did. */
import {
  type AddressSet,
  type Answer,
  contains,
  type Family,
  fromRanges,
  readAddress,
  toRanges,
  writeAddress,
} from '../../../src/lang/packets/index.ts';
import { container, hostAddresses, listening, type Reached } from './firewall-host.ts';

export interface Question {
  readonly family: Family;
  readonly from: 'world' | 'lo';
  readonly destination: string;
  readonly port: number;
}

export function questions(family: Family, by: 'eth0' | 'eth1'): readonly Question[] {
  const kind = family === 'ipv4' ? 'four' : 'six';
  const own = hostAddresses[by][kind];
  const other = hostAddresses[by === 'eth0' ? 'eth1' : 'eth0'][kind];
  const localhost = family === 'ipv4' ? '127.0.0.1' : '::1';
  return [
    { family, from: 'world', destination: own, port: 6379 },
    { family, from: 'world', destination: own, port: 7000 },
    { family, from: 'world', destination: other, port: 22 },
    { family, from: 'world', destination: container[kind], port: 6379 },
    { family, from: 'lo', destination: localhost, port: 6379 },
    { family, from: 'lo', destination: own, port: 6379 },
  ];
}

const usual: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['8.8.8.8', '10.1.2.3', '10.1.2.77', '10.9.0.5', '192.168.1.1', '172.20.0.1', '1.2.3.4'],
  ipv6: ['2001:db8:1::5', '2001:db8:2::7', '2a00::1', 'fd00::1', '9000::1', '2000::5'],
};

/** Addresses that no host takes a packet from, and those that are the host's own or behind it. */
const never: Readonly<Record<Family, readonly (readonly [string, string])[]>> = {
  ipv4: [
    ['0.0.0.0', '0.255.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['172.17.0.0', '172.17.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['169.254.0.0', '169.254.255.255'],
    ['224.0.0.0', '255.255.255.255'],
  ],
  ipv6: [
    ['::', '::ffff:ffff:ffff'],
    ['2001:db8:50::', '2001:db8:51:ffff:ffff:ffff:ffff:ffff'],
    ['fd17::', 'fd17:0:0:ffff:ffff:ffff:ffff:ffff'],
    ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ],
};
const numbers = (text: string): number | bigint => readAddress(text)?.value ?? 0;
const unusable: Readonly<Record<Family, AddressSet>> = {
  ipv4: fromRanges('ipv4', never.ipv4.flat().map(numbers)),
  ipv6: fromRanges('ipv6', never.ipv6.flat().map(numbers)),
};

const most = 24;

/** Both sides of every border of the answers, and some addresses that rules are about. */
export function sourcesOf(
  answers: readonly Answer[],
  { family, from, destination }: Question,
): readonly string[] {
  if (from === 'lo') return [destination];
  const borders = answers
    .flatMap(({ sources }) => toRanges(sources))
    .flatMap(([low, high]) => beside(low, high, family));
  const found = [...new Set([...usual[family], ...borders])].filter(
    (one) => !contains(unusable[family], one),
  );
  // Where there are many borders, an even share of them.
  const step = Math.max(1, found.length / most);
  return Array.from(
    { length: Math.min(most, found.length) },
    (_, index) => found[Math.floor(index * step)] ?? '',
  );
}

function beside(low: string, high: string, family: Family): readonly string[] {
  const end = family === 'ipv4' ? 2n ** 32n : 2n ** 128n;
  return [BigInt(numbers(low)) - 1n, BigInt(numbers(low)), BigInt(numbers(high)), BigInt(numbers(high)) + 1n]
    .filter((value) => value >= 0n && value < end)
    .map((value) => writeAddress(family === 'ipv4' ? Number(value) : value));
}

const ours: readonly number[] = [...listening.host, ...listening.container];

/**
 * A port to call from, where the answers say something of it; most often the system may choose. One of several hundred:
 * what another rule set made of a connection from the very same port would answer for this one.
 */
export function chosenPort(answers: readonly Answer[], dice: number): number | undefined {
  const ranges = answers.flatMap(({ sourcePorts = [] }) => sourcePorts);
  const [from, to] =
    ranges[dice % Math.max(1, ranges.length)] ??
    (dice % 3 > 0 ? [] : answers.some(({ reach }) => reach === 'no') ? [1, 65_535] : [1024, 65_535]);
  if (from === undefined || to === undefined) return undefined;
  const port = from + (Math.trunc(dice / 7) % (to - from + 1));
  return ours.includes(port) ? undefined : port;
}

/** What is said of packets from this port. */
export const saidOf = (answers: readonly Answer[], port: number | undefined): readonly Answer[] => {
  const picked = answers.filter(({ sourcePorts }) =>
    sourcePorts?.some(([from, to]) => port !== undefined && from <= port && port <= to),
  );
  if (picked.length > 0) return picked;
  return answers.filter(
    ({ sourcePorts, reach }) => !sourcePorts && (reach !== 'certain' || port === undefined || port >= 1024),
  );
};

/** `depends` is never wrong; what is certain must come to the very place that we say. */
export function graded(
  answers: readonly Answer[],
  source: string,
  { family }: Question,
  reached: Reached | undefined,
): boolean {
  const kinds = new Set(answers.map(({ reach }) => reach));
  if (source === '' || reached === undefined) return false;
  // Of this port nothing is said.
  if (kinds.size === 0) return true;
  if (kinds.has('depends') || kinds.size > 1) return true;
  if (kinds.has('no')) return !reached.open;
  return answers.some(({ arrival }) => {
    if (arrival === undefined) return false;
    const places: readonly number[] = arrival.local
      ? listening.host
      : arrival.destination === container[family === 'ipv4' ? 'four' : 'six']
        ? listening.container
        : [];
    if (!places.includes(arrival.port)) return !reached.open;
    return (
      reached.open &&
      (reached.port === undefined ||
        (reached.port === arrival.port && reached.address === arrival.destination))
    );
  });
}

graded.within = (sources: AddressSet, source: string): boolean => contains(sources, source);
