/** Rules of a network security group: the lowest priority decides, and the three default rules come last. */
import type { Match, Rule } from '../../../lang/packets/index.ts';
import {
  field,
  fieldsOf,
  fromPeers,
  inOrder,
  integerOf,
  isFields,
  isUnresolved,
  newFields,
  notKnown,
  onlyIf,
  portMatch,
  position,
  type Problems,
  protocolMatch,
  type Ranked,
  readProtocol,
  saying,
  type Source,
  textOf,
  type Value,
} from '../cloud-shared/index.ts';
import type { AzureContext } from './context.ts';
import { bothOf, destinationMatch, sourcesOf } from './peers.ts';

const defaultRule = (
  name: string,
  priority: number,
  access: string,
  source: string,
  destination: string,
): Value =>
  fieldsOf([
    ['name', name],
    ['priority', priority],
    ['access', access],
    ['direction', 'Inbound'],
    ['protocol', '*'],
    ['sourcePortRange', '*'],
    ['destinationPortRange', '*'],
    ['sourceAddressPrefix', source],
    ['destinationAddressPrefix', destination],
  ]);

/** What Azure adds to every group, and does not print everywhere. */
const defaults: readonly Value[] = [
  defaultRule('AllowVnetInBound', 65000, 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  defaultRule('AllowAzureLoadBalancerInBound', 65001, 'Allow', 'AzureLoadBalancer', '*'),
  defaultRule('DenyAllInBound', 65500, 'Deny', '*', '*'),
];

/** The API has a rule's fields under `properties`; the command line flattens them. */
export function flat(value: Value): Value {
  const inner = field(value, 'properties');
  if (!isFields(value) || !isFields(inner)) return value;
  return Object.assign(newFields(), value, inner);
}

/** All inbound rules in order, the default ones with them. */
export function inboundRules(
  own: readonly Value[],
  source: Source,
  context: AzureContext,
  problems: Problems,
): readonly Rule[] {
  const hasDefaults = own.some((rule) => (integerOf(field(flat(rule), 'priority')) ?? 0) >= 65_000);
  const all = hasDefaults ? own : [...own, ...defaults];
  const ranked = all.flatMap((rule) => ruleOf(rule, source, context, problems));
  const seen = new Map<number, string>();
  for (const { priority, rule } of ranked) {
    if (priority === undefined) continue;
    const other = seen.get(priority);
    const name = rule.at.text.split(':')[0] ?? '';
    if (other !== undefined && other !== name) problems.add(rule.at, `priority ${priority} is given twice`);
    seen.set(priority, name);
  }
  return inOrder(ranked);
}

function ruleOf(
  written: Value,
  source: Source,
  context: AzureContext,
  problems: Problems,
): readonly Ranked[] {
  const rule = flat(written);
  const place = position(source, written, saying(field(rule, 'name') ?? written));
  if (!isFields(rule)) {
    if (!isUnresolved(rule)) problems.add(place, 'this is no rule', true);
    return [
      {
        priority: 0,
        rule: { when: [], does: [{ deed: 'opaque', on: 'other', text: saying(rule) }], at: place },
      },
    ];
  }
  const direction = textOf(field(rule, 'direction'))?.toLowerCase();
  if (direction === 'outbound') return [];
  const when: Match[] = [];
  if (direction !== 'inbound') {
    if (!isUnresolved(field(rule, 'direction'))) problems.add(place, 'a rule without direction', true);
    when.push(notKnown(`direction ${saying(field(rule, 'direction'))}`));
  }
  when.push(...onlyIf(rule));
  const access = textOf(field(rule, 'access'))?.toLowerCase();
  const priority = integerOf(field(rule, 'priority'));
  if (priority === undefined && !isUnresolved(field(rule, 'priority')))
    problems.add(place, 'a rule without priority', true);
  const protocol = readProtocol(field(rule, 'protocol'));
  if (protocol === 'unknown' && !isUnresolved(field(rule, 'protocol')))
    problems.add(place, `no protocol: ${saying(field(rule, 'protocol'))}`, true);
  when.push(...protocolMatch(protocol, saying(field(rule, 'protocol'))));
  const wrong = (value: Value): void => problems.add(place, `no ports: ${saying(value)}`, true);
  const sourcePorts = bothOf(rule, 'sourcePortRange', 'sourcePortRanges');
  // Without any it is none of theirs that we know of; those that are there are to be believed.
  if (sourcePorts.length > 0) when.push(...portMatch('source-port', sourcePorts, wrong));
  const ports = bothOf(rule, 'destinationPortRange', 'destinationPortRanges');
  if (ports.length === 0) {
    problems.add(place, 'a rule without ports', true);
    when.push(notKnown('no ports', 'port'));
  } else when.push(...portMatch('destination-port', ports, wrong));
  when.push(...destinationMatch(rule, context, problems, place));
  return sourcesOf(rule, context, problems, place).map(({ peer, text }): Ranked => {
    const at = {
      ...place,
      text: `${place.text}: ${priority ?? '?'} ${access ?? '?'} ${saying(field(rule, 'protocol') ?? '?')} ${ports.map(saying).join(',')} from ${text}`.slice(
        0,
        300,
      ),
    };
    const conditions = [...when, ...fromPeers('source', [peer])];
    if (access === 'allow') return { priority, rule: { when: conditions, does: [{ deed: 'accept' }], at } };
    if (access === 'deny') return { priority, rule: { when: conditions, does: [{ deed: 'drop' }], at } };
    return {
      priority,
      rule: {
        when: conditions,
        does: [{ deed: 'opaque', on: 'other', text: `access ${saying(field(rule, 'access'))}` }],
        at,
      },
    };
  });
}
