/** A firewall rule of a VPC network. */
import type { Match, Position } from '../../../lang/packets/index.ts';
import {
  field,
  fromPeers,
  integerOf,
  isUnresolved,
  listOf,
  notKnown,
  position,
  type Problems,
  type Ranked,
  saying,
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

const lowest = 65_535;

/** What it does to packets that come in, once for each source; nothing for a rule that is off or for the way out. */
export function vpcRule(
  rule: Value,
  source: Source,
  context: GcpContext,
  problems: Problems,
): readonly Ranked[] {
  const name = saying(field(rule, 'name') ?? 'a rule');
  const direction = field(rule, 'direction') ?? 'INGRESS';
  const disabled = field(rule, 'disabled');
  if (disabled === true || disabled === 'true' || textOf(direction)?.toUpperCase() === 'EGRESS') return [];
  const place = position(source, rule, name);
  const when: Match[] = [];
  for (const open of [direction, disabled, field(rule, '(only if)')])
    if (isUnresolved(open)) when.push(notKnown(open.text));
  if (!isUnresolved(direction) && textOf(direction)?.toUpperCase() !== 'INGRESS') {
    problems.add(place, `no direction: ${saying(direction)}`, true);
    when.push(notKnown(`direction ${saying(direction)}`));
  }
  const written = field(rule, 'priority');
  const priority = written === undefined ? 1000 : integerOf(written);
  if (priority === undefined && !isUnresolved(written))
    problems.add(place, `no priority: ${saying(written)}`, true);
  if (priority !== undefined && (priority < 0 || priority > lowest))
    problems.add(place, `no priority: ${priority}`);
  when.push(
    ...targetMatch('tag', listOf(field(rule, 'targetTags')), context.instance?.tags),
    ...targetMatch(
      'service account',
      listOf(field(rule, 'targetServiceAccounts')),
      context.instance?.serviceAccounts,
    ),
    ...destinationMatch(listOf(field(rule, 'destinationRanges')), problems, place),
  );
  const [allowed, denied] = [listOf(field(rule, 'allowed')), listOf(field(rule, 'denied'))];
  if (allowed.length + denied.length === 0)
    problems.add(place, 'a rule that neither allows nor denies', true);
  const sources = sourcesOf(rule, context, problems, place);
  return [
    ...make(denied, 'drop', 'deny'),
    ...make(allowed, 'accept', 'allow'),
    ...(allowed.length + denied.length > 0
      ? []
      : [
          {
            priority,
            rule: { when, does: [{ deed: 'opaque' as const, on: 'other' as const, text: name }], at: place },
          },
        ]),
  ];

  function make(configs: readonly Value[], deed: 'accept' | 'drop', word: string): readonly Ranked[] {
    if (configs.length === 0) return [];
    const traffic = trafficMatch(configs, 'IPProtocol', problems, place);
    return sources.map(({ peer, text }) => ({
      priority,
      rule: {
        when: [...when, ...traffic, ...fromPeers('source', [peer])],
        does: [{ deed }],
        at: { ...place, text: `${name}: ${priority ?? '?'} ${word} from ${text}`.slice(0, 300) },
      },
    }));
  }
}

function sourcesOf(rule: Value, context: GcpContext, problems: Problems, at: Position): readonly NamedPeer[] {
  const all = [
    ...rangePeers(listOf(field(rule, 'sourceRanges')), problems, at),
    ...markedPeers('tag', listOf(field(rule, 'sourceTags')), context, problems, at),
    ...markedPeers('serviceAccount', listOf(field(rule, 'sourceServiceAccounts')), context, problems, at),
  ];
  // The API takes a rule without any source to be for all of IPv4.
  return all.length > 0 ? all : rangePeers(['0.0.0.0/0'], problems, at);
}
