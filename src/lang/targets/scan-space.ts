import {
  contains,
  readAddress,
  subtract,
  writeAddress,
  type AddressNumber,
  type AddressSet,
} from '../packets/index.ts';
import { permutation, mostPlaces } from './permutation.ts';
import type { Endpoint, TargetList } from './read-targets.ts';

/** Every pair of address and port that is to be visited, in an order that spreads over the networks. */
export interface ScanSpace {
  readonly size: number;
  /**
   * The pair at a place of the order, from 0: the same targets, ports and seed give the same order. Nothing where that
   * one pair is excluded and its address is not.
   */
  readonly at: (place: number) => Endpoint | undefined;
}

export interface ScanChoice {
  readonly targets: Pick<TargetList, 'ipv4' | 'ipv6' | 'endpoints'>;
  readonly ports: readonly number[];
  /** Never visited, whatever names them. */
  readonly exclude?: Pick<TargetList, 'ipv4' | 'ipv6' | 'endpoints' | 'names'>;
  readonly seed: number;
}

interface Part {
  readonly set: AddressSet;
  /** Addresses in it. */
  readonly size: number;
  readonly at: (place: number) => string;
}

/** The addresses of a set by their place, found by halves: a list may have a hundred thousand ranges. */
function partOf(set: AddressSet): Part {
  const { bounds } = set;
  const before = new Float64Array(bounds.length >> 1);
  let size = 0;
  for (let index = 0; index < before.length; index++) {
    before[index] = size;
    size += Number(
      BigInt(bounds[2 * index + 1] as AddressNumber) - BigInt(bounds[2 * index] as AddressNumber),
    );
  }
  return {
    set,
    size,
    at(place) {
      let low = 0;
      let high = before.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((before[middle] as number) <= place) low = middle;
        else high = middle;
      }
      const from = bounds[2 * low] as AddressNumber;
      const left = place - (before[low] as number);
      return writeAddress(typeof from === 'number' ? from + left : from + BigInt(left));
    },
  };
}

/**
 * @throws RangeError where there are more than 2^52 pairs
 * @example scanSpace({ targets: readTargets('10.0.0.0/8', { file: '-' }), ports: [6379], seed: 1 }).size // 2^24
 */
export function scanSpace({ targets, ports, exclude, seed }: ScanChoice): ScanSpace {
  const parts = (['ipv4', 'ipv6'] as const).map((family) =>
    partOf(exclude ? subtract(targets[family], exclude[family]) : targets[family]),
  );
  const shut = new Set(exclude?.endpoints.map(nameOf));
  const open = [...new Set(ports)];
  const isSwept = ({ host, port }: Endpoint): boolean =>
    open.includes(port) && parts.some(({ set }) => contains(set, host));
  const shutNames = new Set(exclude?.names);
  const isShut = (one: Endpoint): boolean => {
    const family = readAddress(one.host)?.family;
    return (
      shut.has(nameOf(one)) ||
      shutNames.has(one.host) ||
      (family !== undefined && exclude !== undefined && contains(exclude[family], one.host))
    );
  };
  const extra = targets.endpoints.filter((one) => !isSwept(one) && !isShut(one));
  const swept = parts.reduce((sum, { size }) => sum + size, 0) * open.length;
  const size = swept + extra.length;
  if (size > mostPlaces) throw new RangeError('more than 2^52 pairs of address and port');
  const order = permutation(size, seed);
  const pairAt = (number: number): Endpoint => {
    let left = Math.floor(number / open.length);
    for (const part of parts) {
      if (left < part.size) return { host: part.at(left), port: open[number % open.length] as number };
      left -= part.size;
    }
    throw new RangeError(`${number} is no pair of ${size}`);
  };
  return {
    size,
    at(place) {
      const number = order.at(place);
      if (number >= swept) return extra[number - swept];
      const pair = pairAt(number);
      return shut.has(nameOf(pair)) ? undefined : pair;
    },
  };
}

const nameOf = ({ host, port }: Endpoint): string => `${host} ${port}`;
