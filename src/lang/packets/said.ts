import { type AddressSet, isAll, isEmpty } from './address-set.ts';
import { doubtOf, type Place } from './packet-class.ts';

export interface AddressTest {
  readonly must: AddressSet;
  readonly may: AddressSet;
  readonly doubts: number;
}

/** Usual packets do not hold it (`holds`: they do), and others may be made that are otherwise. */
export interface Unusual {
  readonly unusual: number;
  readonly holds: boolean;
}

/** No, yes, or perhaps; or a question to the stranger's address, or to its habits. */
export type Said = false | true | number | AddressTest | Unusual;

/** The answer, or its opposite. */
export const turned = (yes: boolean, not: boolean | undefined): boolean => yes !== (not === true);

/** Whether the stranger's address is one of these. */
export function strangerIs(addresses: AddressSet, place: Place): Said {
  if (isEmpty(addresses)) return false;
  if (isAll(addresses)) return true;
  return place.hidden ? doubtOf('route') : { must: addresses, may: addresses, doubts: 0 };
}
