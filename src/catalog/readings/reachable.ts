import { joinHostPort } from '../../lang/address/index.ts';
import { lower, type Exposure, type Fact, type Origin, type Severity } from '../../model/index.ts';

const remote: ReadonlySet<Origin['reach']> = new Set(['internet', 'network', 'container']);

/** Rows of the exposure table that are not this host, and whom the server does not turn away. */
export const othersWhoGetIn = ({ origins }: Exposure): readonly Origin[] =>
  origins.filter(({ reach, refused }) => remote.has(reach) && refused === undefined);

/** Rows of other hosts that only protected mode turns away. */
export const othersTurnedAway = ({ origins }: Exposure): readonly Origin[] =>
  origins.filter(
    ({ reach, refused, refusedBy }) => remote.has(reach) && refused !== undefined && refusedBy === undefined,
  );

/** A fault weighs two levels less where it is known that nobody gets to the server from elsewhere. */
export function weighedBy(exposure: Fact<Exposure>, severity: Severity): Severity {
  if (!exposure.known || exposure.value.origins.length === 0) return severity;
  return othersWhoGetIn(exposure.value).length === 0 ? lower(severity, 2) : severity;
}

/** Where a row comes in: `10.0.0.5:6379`, or the path of a socket. */
export const viaOf = ({ via }: Origin): string =>
  'path' in via ? via.path : joinHostPort(via.address, via.port);
