import {
  emptySet,
  fromCidr,
  toCidrs,
  union,
  type AddressSet,
  type Family,
} from '../../../lang/packets/index.ts';
import type { FirewallPart } from '../../../model/index.ts';

export const families = ['ipv4', 'ipv6'] as const satisfies readonly Family[];

/** By this name our part is found again, by us and by people: one for each server of a host. */
export const tableName = (port: number): string => `keyward_${port}`;
export const chainName = (port: number, docker: boolean): string => `KEYWARD-${docker ? 'D-' : ''}${port}`;
export const nameOf = ({ ports }: FirewallPart): number => ports[0] ?? 0;

/** All sources of one family that are let pass, by us; what is no address is left out. */
export const allowedOf = (allow: readonly string[], family: Family): AddressSet =>
  allow
    .flatMap((text) => fromCidr(text) ?? [])
    .filter((set) => set.family === family)
    .reduce(union, emptySet(family));

/** The same as few networks as can be, each with its prefix, in rising order, none within another. */
export const networksOf = (allow: readonly string[], family: Family): readonly string[] =>
  toCidrs(allowedOf(allow, family)).map((one) =>
    one.includes('/') ? one : `${one}/${family === 'ipv4' ? 32 : 128}`,
  );
