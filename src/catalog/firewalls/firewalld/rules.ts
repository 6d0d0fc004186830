/** What a zone or a policy does in one place: first what has a priority below 0, then what refuses, then what allows. */
import { type Deed, fromCidr, type Match, type Position, type Rule } from '../../../lang/packets/index.ts';
import { type Known, ruleConditions, serviceConditions } from './conditions.ts';
import { ofFamily, opaque, portMatch, protocolMatch } from './matches.ts';
import type { ForwardPort, RichRule, Settings } from './model.ts';
import { readRange } from './ports.ts';
import type { Stage } from './stages.ts';

/** Without its target, and without what its own policies do. */
export function rulesAt(
  settings: Settings,
  stage: Stage,
  known: Known,
  withFilter: boolean,
): readonly Rule[] {
  const rich = settings.rules.filter((rule) => {
    const place = placeOf(rule);
    return (
      place === stage || (place === 'filter' && withFilter && (stage === 'input' || stage === 'forward'))
    );
  });
  const byPriority = (some: readonly RichRule[]): readonly Rule[] =>
    some.toSorted((a, b) => a.priority - b.priority).flatMap((rule) => lowered(rule, known));
  const refuses = ({ action, element }: RichRule): boolean =>
    action?.kind === 'reject' || action?.kind === 'drop' || element?.kind === 'icmp-block';
  const even = rich.filter(({ priority }) => priority === 0);
  return [
    ...byPriority(rich.filter(({ priority }) => priority < 0)),
    ...byPriority(even.filter(refuses)),
    ...plainRules(settings, stage, known, withFilter),
    ...byPriority(even.filter((rule) => !refuses(rule))),
    ...byPriority(rich.filter(({ priority }) => priority > 0)),
  ];
}

/** Where a rich rule takes effect; for zones all that filters is for packets to the host itself. */
function placeOf({ element, action }: RichRule): Stage | 'filter' {
  if (action?.kind === 'mark') return 'mark';
  if (element?.kind === 'forward-port') return 'redirect';
  return element?.kind === 'masquerade' ? 'masquerade' : 'filter';
}

function plainRules(settings: Settings, stage: Stage, known: Known, withFilter: boolean): readonly Rule[] {
  const accept = (conditions: readonly (readonly Match[] | undefined)[], at: Position): readonly Rule[] =>
    conditions.flatMap((when) => (when ? [{ when, does: [{ deed: 'accept' }], at } as const] : []));
  switch (stage) {
    case 'input':
    case 'forward':
      if (!withFilter) return [];
      return [
        ...settings.services.flatMap(({ name, at }) => accept(serviceConditions(name, known), at)),
        ...settings.ports.flatMap((port) => accept([portMatch(port, 'destination-port')], port.at)),
        ...settings.sourcePorts.flatMap((port) => accept([portMatch(port, 'source-port')], port.at)),
        ...settings.protocols.flatMap(({ name, at }) => accept([protocolMatch(name)], at)),
      ];
    case 'redirect':
      return settings.forwardPorts.flatMap((forward) => {
        const when = portMatch(forward.port, 'destination-port');
        const family = forward.toAddress.includes(':') ? 'ipv6' : 'ipv4';
        return when
          ? [{ when: [ofFamily(family), ...when], does: [forwardDeed(forward)], at: forward.at }]
          : [];
      });
    case 'masquerade':
      return settings.masquerade
        ? [{ when: [ofFamily('ipv4'), notLo], does: [{ deed: 'snat' }], at: settings.masquerade }]
        : [];
    case 'mark':
      return [];
  }
}

const notLo: Match = { match: 'out-interface', names: ['lo'], not: true };

function forwardDeed({ toPort, toAddress }: ForwardPort): Deed {
  const port = toPort === '' ? undefined : readRange(toPort);
  const to = toAddress === '' ? undefined : fromCidr(toAddress);
  if ((toPort !== '' && !port) || (toAddress !== '' && !to))
    return { deed: 'opaque', on: 'other', text: `forward to ${toAddress} ${toPort}`.slice(0, 100) };
  return to
    ? { deed: 'dnat', to, ...(port ? { port } : {}) }
    : { deed: 'redirect', ...(port ? { port } : {}) };
}

function lowered(rule: RichRule, known: Known): readonly Rule[] {
  const deed = deedOf(rule);
  if (!deed) return [];
  const limit = rule.action?.limit === undefined ? [] : [opaque(`limit ${rule.action.limit}`, 'rate')];
  const more = rule.element?.kind === 'masquerade' ? [notLo] : limit;
  return ruleConditions(rule, known).map((when) => ({ when: [...when, ...more], does: [deed], at: rule.at }));
}

/** Nothing for what only logs. */
function deedOf({ element, action }: RichRule): Deed | undefined {
  if (element?.kind === 'forward-port') return forwardDeed(element);
  if (element?.kind === 'masquerade') return { deed: 'snat' };
  if (action?.kind !== 'mark') return action && { deed: action.kind };
  const [value, mask] = (action.set ?? '').split('/').map(Number);
  if (value === undefined || !isWord(value) || (mask !== undefined && !isWord(mask)))
    return { deed: 'opaque', on: 'mark', text: `mark set=${action.set ?? ''}`.slice(0, 100) };
  // The mask says what of the old mark stays.
  return { deed: 'set-mark', value, mask: mask === undefined ? 0xffff_ffff : ~mask >>> 0 };
}

const isWord = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
