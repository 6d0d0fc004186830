import type { Match, Position } from '../../../lang/packets/index.ts';
import {
  field,
  fromPeers,
  isUnresolved,
  listOf,
  membersOf,
  networkPeer,
  notKnown,
  type Peer,
  portMatch,
  type Problems,
  protocolMatch,
  readProtocol,
  saying,
  type Value,
} from '../cloud-shared/index.ts';
import type { GcpContext } from './context.ts';

export interface NamedPeer {
  readonly peer: Peer;
  readonly text: string;
}

/** Any of these protocols with their ports. */
export function trafficMatch(
  configs: readonly Value[],
  protocolName: string,
  problems: Problems,
  at: Position,
): readonly Match[] {
  const of = configs.map((config): readonly Match[] => {
    if (isUnresolved(config)) return [notKnown(config.text)];
    const written = field(config, protocolName);
    const protocol = readProtocol(written);
    if (protocol === 'unknown' && !isUnresolved(written))
      problems.add(at, `no protocol: ${saying(written)}`, true);
    const conditions = protocolMatch(protocol, saying(written));
    const ports = listOf(field(config, 'ports'));
    // Only TCP, UDP and SCTP have ports.
    if (ports.length === 0 || (typeof protocol === 'number' && ![6, 17, 132].includes(protocol)))
      return conditions;
    return [
      ...conditions,
      ...portMatch('destination-port', ports, (port) => problems.add(at, `no ports: ${saying(port)}`, true)),
    ];
  });
  const [only] = of;
  if (only && of.length === 1) return only;
  return of.length === 0 ? [{ match: 'never', why: 'no protocol is meant' }] : [{ match: 'any', of }];
}

export const rangePeers = (
  ranges: readonly Value[],
  problems: Problems,
  at: Position,
): readonly NamedPeer[] =>
  ranges.map((range) => ({ peer: networkPeer(range, at, problems), text: saying(range) }));

/** Instances of the network by a mark of theirs. */
export const markedPeers = (
  kind: 'tag' | 'serviceAccount' | 'secureTag',
  marks: readonly Value[],
  context: GcpContext,
  problems: Problems,
  at: Position,
): readonly NamedPeer[] =>
  marks.map((mark) => {
    const id = saying(field(mark, 'name') ?? mark);
    const text = `instances with ${kind} ${id}`;
    return { peer: membersOf([`${kind}:${id}`, id], text, context, problems, at), text };
  });

/** Where packets go to. */
export const destinationMatch = (
  ranges: readonly Value[],
  problems: Problems,
  at: Position,
): readonly Match[] =>
  ranges.length === 0
    ? []
    : fromPeers(
        'destination',
        rangePeers(ranges, problems, at).map(({ peer }) => peer),
      );

/** Whether the instance has any of these marks; `never` where it has not. */
export function targetMatch(
  kind: string,
  wanted: readonly Value[],
  own: readonly string[] | undefined,
): readonly Match[] {
  if (wanted.length === 0) return [];
  const names = wanted.map((one) => saying(field(one, 'name') ?? one));
  if (own && names.some((name) => own.includes(name))) return [];
  if (own && !wanted.some((one) => isUnresolved(one)))
    return [{ match: 'never', why: `the instance has none of ${kind} ${names.join(', ')}` }];
  return [notKnown(`whether the instance has ${kind} ${names.join(' or ')}`, 'set')];
}
