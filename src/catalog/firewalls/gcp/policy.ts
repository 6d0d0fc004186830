/** A firewall policy: of an organisation, of a folder, of a network. Its rules may leave the decision to the next one. */
import type { Chain, Deed, Match } from '../../../lang/packets/index.ts';
import {
  everybody,
  field,
  fieldAt,
  fromPeers,
  inOrder,
  integerOf,
  isUnresolved,
  listOf,
  notKnown,
  position,
  type Problems,
  type Ranked,
  saying,
  somebody,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import {
  destinationMatch,
  markedPeers,
  type NamedPeer,
  rangePeers,
  targetMatch,
  trafficMatch,
} from './conditions.ts';
import type { GcpContext } from './context.ts';

export const policyNameOf = (policy: Value): string =>
  saying(field(policy, 'shortName', 'displayName', 'name') ?? 'a policy');

/** A chain that comes back where the policy says goto_next. */
export function policyChain(
  policy: Value,
  name: string,
  source: Source,
  context: GcpContext,
  problems: Problems,
): Chain {
  return {
    name,
    rules: inOrder(
      listOf(field(policy, 'rules', 'rule')).flatMap((rule) =>
        ruleOf(rule, policy, source, context, problems),
      ),
    ),
    at: position(source, policy, `firewall policy ${policyNameOf(policy)}`),
  };
}

function deedOf(written: Value | undefined): Deed {
  switch (textOf(written)?.toLowerCase()) {
    case 'allow':
      return { deed: 'accept' };
    case 'deny':
      return { deed: 'drop' };
    case 'goto_next':
      return { deed: 'return' };
    case 'apply_security_profile_group':
      return { deed: 'opaque', on: 'content', text: 'apply_security_profile_group' };
    default:
      return { deed: 'opaque', on: 'other', text: `action ${saying(written ?? 'missing')}` };
  }
}

function ruleOf(
  rule: Value,
  policy: Value,
  source: Source,
  context: GcpContext,
  problems: Problems,
): readonly Ranked[] {
  const direction = field(rule, 'direction') ?? 'INGRESS';
  const disabled = field(rule, 'disabled');
  if (disabled === true || textOf(direction)?.toUpperCase() === 'EGRESS') return [];
  const priority = integerOf(field(rule, 'priority'));
  const action = textOf(field(rule, 'action'))?.toLowerCase();
  const text = `${policyNameOf(policy)}: ${priority ?? '?'} ${action ?? '?'}`;
  const at = position(source, rule, text);
  if (priority === undefined && !isUnresolved(field(rule, 'priority')))
    problems.add(at, 'a rule without priority', true);
  const match = field(rule, 'match');
  const when: Match[] = [];
  for (const open of [direction, disabled, field(rule, '(only if)')])
    if (isUnresolved(open)) when.push(notKnown(open.text));
  const scope = fieldAt(match, 'srcNetworkScope') ?? fieldAt(match, 'srcNetworkType');
  if (scope !== undefined) when.push(notKnown(`network scope ${saying(scope)}`));
  // Deeds of unknown meaning are never passed over, whomever they are for.
  const configs = listOf(field(match, 'layer4Configs'));
  when.push(
    ...targetMatch(
      'service account',
      listOf(field(rule, 'targetServiceAccounts')),
      context.instance?.serviceAccounts,
    ),
    ...targetMatch('secure tag', listOf(field(rule, 'targetSecureTags')), context.instance?.secureTags),
    ...(listOf(field(rule, 'targetResources')).length > 0
      ? [notKnown('whether the network is among its targets', 'set')]
      : []),
    ...destinationMatch(listOf(field(match, 'destIpRanges')), problems, at),
    ...(configs.length > 0 ? trafficMatch(configs, 'ipProtocol', problems, at) : []),
  );
  return sourcesOf(match, context, problems, at).map(({ peer, text: who }) => ({
    priority,
    rule: {
      when: [...when, ...fromPeers('source', [peer])],
      does: [deedOf(field(rule, 'action'))],
      at: { ...at, text: `${text} from ${who}`.slice(0, 300) },
    },
  }));

  function sourcesOf(
    conditions: Value | undefined,
    ...[known, told, place]: [GcpContext, Problems, typeof at]
  ): readonly NamedPeer[] {
    const all: NamedPeer[] = [
      ...rangePeers(listOf(field(conditions, 'srcIpRanges')), told, place),
      ...markedPeers('secureTag', listOf(field(conditions, 'srcSecureTags')), known, told, place),
    ];
    for (const name of [
      'srcAddressGroups',
      'srcFqdns',
      'srcRegionCodes',
      'srcThreatIntelligences',
      'srcNetworks',
    ])
      for (const one of listOf(field(conditions, name)))
        all.push({ peer: somebody(`${name} ${saying(one)}`), text: saying(one) });
    return all.length > 0 ? all : [{ peer: { addresses: everybody }, text: 'everybody' }];
  }
}
