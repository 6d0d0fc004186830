import type { AddressSet } from './address-set.ts';
import { isNamed } from './applies.ts';
import { normal, otherPorts } from './port-ranges.ts';
import type { Match, PortRange } from './rule.ts';
import { complement, isWithin } from './set-algebra.ts';

/** Whether all of these conditions hold wherever those of a rule do. */
export const impliesAll = (rule: readonly Match[], conditions: readonly Match[]): boolean =>
  conditions.every((wide) => isAlways(wide) || rule.some((narrow) => implies(narrow, wide)));

const isAlways = (match: Match): boolean => match.match === 'never' && match.not === true;

/** Whether the second holds wherever the first does; no where we are not sure. */
function implies(narrow: Match, wide: Match): boolean {
  switch (wide.match) {
    case 'destination':
    case 'original-destination':
      return (
        narrow.match === wide.match &&
        narrow.addresses.family === wide.addresses.family &&
        isWithin(addressesOf(narrow), addressesOf(wide))
      );
    case 'source-port':
    case 'destination-port':
    case 'original-destination-port':
      return narrow.match === wide.match && arePortsWithin(portsOf(narrow), portsOf(wide));
    case 'protocol':
      return narrow.match === wide.match && areWithin(narrow, wide, narrow.protocols, wide.protocols);
    case 'ct-state':
      return narrow.match === wide.match && areWithin(narrow, wide, narrow.states, wide.states);
    case 'in-interface':
    case 'out-interface':
      return (
        narrow.match === wide.match &&
        !narrow.not &&
        !wide.not &&
        narrow.names.every((name) => wide.names.some((pattern) => pattern === name || isNamed(pattern, name)))
      );
    case 'source':
    case 'ct-status':
    case 'tcp-flags':
    case 'mark':
    case 'ct-mark':
    case 'destination-type':
    case 'source-type':
    case 'reverse-path':
    case 'owner':
    case 'bytes':
    case 'any':
    case 'never':
      return narrow.match === wide.match && keyOfMatch(narrow) === keyOfMatch(wide);
    case 'unusual':
    case 'opaque':
      return false;
  }
}

const addressesOf = ({
  addresses,
  not,
}: {
  readonly addresses: AddressSet;
  readonly not?: boolean;
}): AddressSet => (not ? complement(addresses) : addresses);

const portsOf = ({
  ports,
  not,
}: {
  readonly ports: readonly PortRange[];
  readonly not?: boolean;
}): readonly PortRange[] => (not ? otherPorts(ports) : normal(ports));

const arePortsWithin = (narrow: readonly PortRange[], wide: readonly PortRange[]): boolean =>
  narrow.every(([from, to]) => wide.some(([start, end]) => start <= from && to <= end));

function areWithin<T>(
  narrow: { readonly not?: boolean },
  wide: { readonly not?: boolean },
  inner: readonly T[],
  outer: readonly T[],
): boolean {
  if (!narrow.not && !wide.not) return inner.every((one) => outer.includes(one));
  if (narrow.not && wide.not) return outer.every((one) => inner.includes(one));
  return wide.not === true && inner.every((one) => !outer.includes(one));
}

const numbers = new WeakMap<AddressSet, number>();
let next = 0;

/** Equal keys: equal conditions. Big sets are told apart by what they are, not by what is in them. */
export function keyOfMatch(match: Match): string {
  return JSON.stringify(match, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('bounds' in value)) return value;
    const set = value as AddressSet;
    if (set.bounds.length <= 16) return `${set.family} ${set.bounds.join(' ')}`;
    const known = numbers.get(set) ?? ++next;
    numbers.set(set, known);
    return `set ${known}`;
  });
}
