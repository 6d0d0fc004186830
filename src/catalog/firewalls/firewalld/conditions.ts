/** What a service, a port or a rich rule chooses: for each of them lists of conditions, any of which may hold. */
import type { Family, Match } from '../../../lang/packets/index.ts';
import { ofFamily, opaque, peerMatch, portMatch, protocolMatch, type Sets } from './matches.ts';
import type { RichRule, Service } from './model.ts';

export interface Known {
  readonly sets: Sets;
  /** Nothing for a service that is not known. */
  readonly service: (name: string) => Service | undefined;
}

type Conditions = readonly (readonly Match[])[];

/** All that a service opens, with those that it includes. A service may include itself, in a circle. */
export function serviceConditions(name: string, known: Known, seen: Set<string> = new Set()): Conditions {
  if (seen.has(name) || seen.size > 100) return [];
  seen.add(name);
  const service = known.service(name);
  if (!service) return [[opaque(`service ${name}, which is not known here`)]];
  const own = [
    ...service.ports.map((port) => portMatch(port, 'destination-port')),
    ...service.protocols.map(protocolMatch),
    ...service.sourcePorts.map((port) => portMatch(port, 'source-port')),
  ].filter((one) => one !== undefined);
  const where = Array.from(service.destinations, ([family, address]): readonly Match[] => [
    ofFamily(family),
    ...peerMatch({ address, not: false }, 'destination', known.sets),
  ]);
  return [
    ...service.includes.flatMap((include) => serviceConditions(include, known, seen)),
    ...(where.length === 0 ? own : where.flatMap((one) => own.map((match) => [...one, ...match]))),
  ];
}

/** Of a rich rule, without its limit. Empty: it is not for TCP. */
export function ruleConditions(rule: RichRule, known: Known): Conditions {
  const { family, source, destination, element, strange } = rule;
  const before: readonly Match[] = [
    ...(isFamily(family) ? [ofFamily(family)] : []),
    ...(strange === undefined ? [] : [opaque(strange)]),
    ...(destination ? peerMatch(destination, 'destination', known.sets) : []),
    ...(source ? peerMatch(source, 'source', known.sets) : []),
  ];
  return elementConditions(element, known).map((match) => [...before, ...match]);
}

const isFamily = (family: string | undefined): family is Family => family === 'ipv4' || family === 'ipv6';

function elementConditions(element: RichRule['element'], known: Known): Conditions {
  if (!element) return [[]];
  switch (element.kind) {
    case 'service':
      return serviceConditions(element.name, known);
    case 'port':
    case 'forward-port':
      return listed(portMatch(element.port, 'destination-port'));
    case 'source-port':
      return listed(portMatch(element.port, 'source-port'));
    case 'protocol':
      return listed(protocolMatch(element.value));
    case 'masquerade':
      return [[]];
    case 'icmp-block':
    case 'icmp-type':
    case 'tcp-mss-clamp':
      return [];
  }
}

const listed = (match: readonly Match[] | undefined): Conditions => (match ? [match] : []);
