/**
 * A network ACL: numbered rules at the edge of a subnet, the first that applies decides. It knows no connections: the
 * answer needs a rule of its own for the port that the client has chosen. Within a subnet it is not asked.
 */
import type { Chain, Match, Position, Rule } from '../../../lang/packets/index.ts';
import {
  type Addresses,
  addressesOf,
  field,
  fieldAt,
  fromPeers,
  guard,
  integerOf,
  isFields,
  isUnresolved,
  listOf,
  networkOf,
  networkPeer,
  notKnown,
  onlyIf,
  type Peer,
  portMatch,
  position,
  type Problems,
  protocolMatch,
  readProtocol,
  ruleOf,
  saying,
  somebody,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import type { AwsContext } from './context.ts';

export const aclIdOf = (acl: Value): string =>
  textOf(field(acl, 'NetworkAclId')) ?? saying(field(acl, 'NetworkAclId') ?? 'no name');

/** Subnets that the ACL stands around. */
export const subnetsOf = (acl: Value): readonly string[] =>
  listOf(field(acl, 'Associations')).map((one) => saying(field(one, 'SubnetId') ?? one));

/** Chains for both directions. `subnet`: the one that the host is in. */
export function aclChains(
  acl: Value,
  source: Source,
  context: AwsContext,
  problems: Problems,
  subnet: string | undefined,
): readonly Chain[] {
  const at = position(source, acl, `network ACL ${aclIdOf(acl)}`);
  const entries = listOf(field(acl, 'Entries'));
  if (entries.length === 0 && field(acl, 'Entries') === undefined)
    problems.add(at, 'it has no Entries', true);
  const near = nearby(acl, context, problems, at, subnet);
  return (['input', 'output'] as const).map((hook) => {
    const egress = hook === 'output';
    const side = egress ? 'destination' : 'source';
    const own = entries
      .filter(
        (entry) =>
          isUnresolved(entry) ||
          isUnresolved(field(entry, 'Egress')) ||
          (field(entry, 'Egress') === true) === egress,
      )
      .map((entry) => ({ entry, number: integerOf(field(entry, 'RuleNumber')) }))
      .toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0));
    for (const [index, { entry, number }] of own.entries())
      if (number !== undefined && number === own[index + 1]?.number)
        problems.add(position(source, entry, `rule ${number}`), `two rules have the number ${number}`);
    return guard(
      hook,
      -10,
      [
        ruleOf(fromPeers(side, [near]), 'accept', {
          ...at,
          text: 'within the subnet: no network ACL stands between',
        }),
        ...own.map(({ entry, number }) => entryRule(entry, number, side, source, problems)),
      ],
      at,
    );
  });
}

function nearby(
  acl: Value,
  context: AwsContext,
  problems: Problems,
  at: Position,
  subnet: string | undefined,
): Peer {
  const own = subnet === undefined ? subnetsOf(acl) : [subnet];
  const networks = own.map((id) =>
    context.subnets && Object.hasOwn(context.subnets, id) ? context.subnets[id] : undefined,
  );
  const known = networks.flatMap((network) => network ?? []);
  const addresses: Addresses =
    networks.includes(undefined) || own.length === 0 ? networkOf(context, problems, at) : addressesOf(known);
  if (own.length === 1 && !networks.includes(undefined)) return { addresses };
  return somebody('whether both are in one subnet', addresses);
}

function entryRule(
  entry: Value,
  number: number | undefined,
  side: 'source' | 'destination',
  source: Source,
  problems: Problems,
): Rule {
  const written = field(entry, 'CidrBlock', 'Ipv6CidrBlock');
  const action = textOf(field(entry, 'RuleAction'))?.toLowerCase();
  const protocol = readProtocol(field(entry, 'Protocol'));
  const ports = [fieldAt(entry, 'PortRange', 'From'), fieldAt(entry, 'PortRange', 'To')] as const;
  const at = position(
    source,
    entry,
    `rule ${number ?? '?'}: ${action ?? '?'} ${saying(field(entry, 'Protocol') ?? '?')} ${portText(ports)} ${side === 'source' ? 'from' : 'to'} ${saying(written ?? '?')}`,
  );
  const odd = (reason: string): Match => {
    problems.add(at, reason, true);
    return notKnown(reason);
  };
  const when: Match[] = [...onlyIf(entry)];
  if (!isFields(entry))
    return {
      when: [notKnown(saying(entry))],
      does: [{ deed: 'opaque', on: 'other', text: saying(entry) }],
      at,
    };
  if (number === undefined || isUnresolved(field(entry, 'Egress')))
    when.push(isUnresolved(field(entry, 'RuleNumber')) ? notKnown(at.text) : odd('a rule without number'));
  when.push(...protocolMatch(protocol, saying(field(entry, 'Protocol'))));
  if (protocol === 6 || protocol === 17 || protocol === 'unknown') {
    if (ports.some((port) => isUnresolved(port))) when.push(notKnown(`ports ${portText(ports)}`, 'port'));
    else if (ports[0] !== undefined || ports[1] !== undefined)
      when.push(
        ...portMatch(
          'destination-port',
          [`${integerOf(ports[0]) ?? '?'}-${integerOf(ports[1]) ?? '?'}`],
          (value) => problems.add(at, `no ports: ${saying(value)}`, true),
        ),
      );
  }
  when.push(...fromPeers(side, [networkPeer(written, at, problems)]));
  if (action === 'allow') return ruleOf(when, 'accept', at);
  if (action === 'deny') return ruleOf(when, 'drop', at);
  return {
    when,
    does: [{ deed: 'opaque', on: 'other', text: `action ${saying(field(entry, 'RuleAction'))}` }],
    at,
  };
}

const portText = ([from, to]: readonly (Value | undefined)[]): string =>
  from === undefined ? 'all ports' : `${saying(from)}-${saying(to ?? '?')}`;
