import { integerOf, isUnresolved, textOf, type Value } from './value.ts';

const numbers: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipip: 94,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  sctp: 132,
};

/** Which protocol a rule is for: all of them, one, or one that we do not know. */
export type Protocol = 'all' | 'unknown' | number;

/**
 * A protocol by name or number; clouds write all of them as -1, `*`, `all` or `any`.
 *
 * @example readProtocol('Tcp') // 6
 */
export function readProtocol(value: Value | undefined): Protocol {
  if (isUnresolved(value) || value === undefined) return 'unknown';
  const number = integerOf(value);
  if (number === -1) return 'all';
  if (number !== undefined) return number >= 0 && number <= 255 ? number : 'unknown';
  const name = textOf(value)?.trim().toLowerCase() ?? '';
  if (name === '*' || name === 'all' || name === 'any') return 'all';
  return Object.hasOwn(numbers, name) ? (numbers[name] ?? 'unknown') : 'unknown';
}
