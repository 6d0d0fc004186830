/** Rules of a security group: they only allow, they add up, and the way back is open to whom they let in. */
import type { Match, Position, Rule } from '../../../lang/packets/index.ts';
import {
  field,
  fieldAt,
  fromPeers,
  integerOf,
  isFields,
  isUnresolved,
  listOf,
  membersOf,
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

/** All rules that let somebody in, in the order of the document. */
export function ingressRules(
  group: Value,
  source: Source,
  context: AwsContext,
  problems: Problems,
): readonly Rule[] {
  const id = groupIdOf(group);
  const permissions = field(group, 'IpPermissions');
  if (permissions !== undefined && !Array.isArray(permissions) && !isUnresolved(permissions))
    problems.add(position(source, group, id), 'IpPermissions is no list', true);
  return listOf(permissions).flatMap((permission) => {
    if (isUnresolved(permission) || !isFields(permission)) {
      const at = position(source, group, `${id}: ${saying(permission)}`);
      if (!isUnresolved(permission)) problems.add(at, 'this is no rule', true);
      return [ruleOf([notKnown(saying(permission))], 'accept', at)];
    }
    const conditions = [...onlyIf(permission), ...trafficOf(permission, source, problems)];
    return peersOf(permission, group, source, context, problems).map(({ peer, text, value }) => {
      const at = position(
        source,
        hasLine(value, source) ? value : permission,
        `${id}: ${trafficText(permission)} from ${text}`,
      );
      return ruleOf([...conditions, ...fromPeers('source', [peer])], 'accept', at);
    });
  });
}

const hasLine = (value: Value | undefined, { lines }: Source): boolean =>
  typeof value === 'object' && value !== null && lines.has(value);

export const groupIdOf = (group: Value): string =>
  textOf(field(group, 'GroupId', 'GroupName')) ?? saying(field(group, 'GroupId', 'GroupName') ?? 'no name');

function trafficText(permission: Value): string {
  const [from, to] = [field(permission, 'FromPort'), field(permission, 'ToPort')];
  const protocol = saying(field(permission, 'IpProtocol') ?? '?');
  if (protocol === '-1' || from === undefined) return protocol === '-1' ? 'everything' : protocol;
  return `${protocol} ${saying(from)}${saying(from) === saying(to) ? '' : `-${saying(to ?? '?')}`}`;
}

function trafficOf(permission: Value, source: Source, problems: Problems): readonly Match[] {
  const written = field(permission, 'IpProtocol');
  const protocol = readProtocol(written);
  const at = position(source, permission, trafficText(permission));
  if (protocol === 'unknown' && !isUnresolved(written)) problems.add(at, `no protocol: ${saying(written)}`);
  // Without a protocol the ports mean nothing.
  if (protocol === 'all') return [];
  const conditions = protocolMatch(protocol, saying(written));
  if (protocol !== 6 && protocol !== 17 && protocol !== 'unknown') return conditions;
  const [from, to] = [field(permission, 'FromPort'), field(permission, 'ToPort')];
  if ((from === undefined && to === undefined) || (integerOf(from) === -1 && integerOf(to) === -1))
    return conditions;
  if (isUnresolved(from) || isUnresolved(to))
    return [...conditions, notKnown(`ports ${saying(from)} to ${saying(to)}`, 'port')];
  // Alone, -1 stands for the end of all ports on its side.
  const [low, high] = [integerOf(from), integerOf(to)];
  if (low === -1 || high === -1)
    problems.add(at, `ports from ${saying(from)} to ${saying(to)}: -1 is taken for no limit`);
  const range = `${low === -1 ? 0 : (low ?? '?')}-${high === -1 ? 65_535 : (high ?? '?')}`;
  return [
    ...conditions,
    ...portMatch('destination-port', [range], (value) =>
      problems.add(at, `no ports: ${saying(value)}`, true),
    ),
  ];
}

interface NamedPeer {
  readonly peer: Peer;
  readonly text: string;
  /** What stands for it in the document. */
  readonly value?: Value;
}

function peersOf(
  permission: Value,
  group: Value,
  source: Source,
  context: AwsContext,
  problems: Problems,
): readonly NamedPeer[] {
  const at = position(source, permission, groupIdOf(group));
  const networks = [
    ...elements(permission, 'IpRanges', 'CidrIp'),
    ...elements(permission, 'Ipv6Ranges', 'CidrIpv6'),
  ].map(({ id, value }): NamedPeer => ({ peer: networkPeer(id, at, problems), text: saying(id), value }));
  const lists = elements(permission, 'PrefixListIds', 'PrefixListId').map(({ id, value }): NamedPeer => {
    const name = saying(id);
    const known = context.members && Object.hasOwn(context.members, name);
    // Those of AWS and of customers may hold any address.
    const peer = known
      ? membersOf([name], `prefix list ${name}`, context, problems, at)
      : somebody(`prefix list ${name}`);
    return { peer, text: `prefix list ${name}`, value };
  });
  const groups = listOf(field(permission, 'UserIdGroupPairs')).map((pair): NamedPeer => {
    const id = saying(field(pair, 'GroupId', 'GroupName') ?? pair);
    const text = `members of ${id}`;
    return { peer: groupPeer(pair, id, text, group, context, problems, at), text, value: pair };
  });
  return [...networks, ...lists, ...groups];
}

function groupPeer(
  pair: Value,
  id: string,
  text: string,
  group: Value,
  context: AwsContext,
  problems: Problems,
  at: Position,
): Peer {
  const elsewhere =
    fieldAt(pair, 'VpcPeeringConnectionId') !== undefined ||
    (field(pair, 'VpcId') !== undefined && field(pair, 'VpcId') !== field(group, 'VpcId'));
  const known: AwsContext = elsewhere ? { ...(context.members && { members: context.members }) } : context;
  return membersOf([id], text, known, problems, at);
}

function elements(
  permission: Value,
  list: string,
  name: string,
): readonly { readonly id: Value; readonly value: Value }[] {
  return listOf(field(permission, list)).map((value) => ({ id: field(value, name) ?? value, value }));
}
