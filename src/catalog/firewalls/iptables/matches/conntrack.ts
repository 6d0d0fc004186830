/** What connection tracking says of the first packet of a connection. */
import type { CtState, Match } from '../../../../lang/packets/index.ts';
import { addressesOf } from '../addresses.ts';
import { type Given, type MatchModule, type RuleContext, opaque, options } from '../extension.ts';
import { protocolOf } from '../protocols.ts';
import { portRangeOf } from './ports.ts';

const states: Readonly<Record<string, CtState | 'dnat' | 'snat'>> = {
  NEW: 'new',
  ESTABLISHED: 'established',
  RELATED: 'related',
  INVALID: 'invalid',
  UNTRACKED: 'untracked',
  DNAT: 'dnat',
  SNAT: 'snat',
};

function stateMatch(
  { option, values: [text = ''], not }: Given,
  context: RuleContext,
  virtual: boolean,
): Match {
  const found: CtState[] = [];
  const rewritten: ('dnat' | 'snat')[] = [];
  for (const name of text.split(',')) {
    const state = states[name.toUpperCase()];
    if (state === undefined || (!virtual && (state === 'dnat' || state === 'snat'))) {
      context.refuse(`${name} is no state of a connection`);
      return opaque('other', `--${option} ${text}`);
    }
    if (state === 'dnat' || state === 'snat') rewritten.push(state);
    else found.push(state);
  }
  const turn = not ? { not } : {};
  if (rewritten.length === 0) return { match: 'ct-state', states: found, ...turn };
  const of: Match[][] = rewritten.map((status) => [{ match: 'ct-status', status }]);
  if (found.length > 0) of.push([{ match: 'ct-state', states: found }]);
  return { match: 'any', of, ...turn };
}

/** Packets without a connection match nothing but a state. */
const tracked: Match = { match: 'ct-state', states: ['invalid', 'untracked'], not: true };

/** Of the two packets that we ask about, the second: the answer to the first. */
const answered = { match: 'ct-state', states: ['established'] } as const satisfies Match;

/** What is read off the first packet; how its answer looks depends on what was rewritten. */
const ofFirst = (match: Match, other: readonly Match[]): readonly Match[] => [
  tracked,
  {
    match: 'any',
    of: [
      [{ ...answered, not: true }, match],
      [answered, ...other],
    ],
  },
];

function conntrackMatch(given: Given, context: RuleContext): readonly Match[] {
  const {
    option,
    values: [text = ''],
    not,
  } = given;
  const turn = not ? { not } : {};
  const asItStands = [opaque('other', `--${option} ${text}`)];
  switch (option) {
    case 'ctstate':
      return [stateMatch(given, context, true)];
    case 'ctproto': {
      const protocol = protocolOf(text);
      if (protocol === undefined || protocol === 0) context.refuse(`${text} is no protocol`);
      return protocol === undefined
        ? asItStands
        : [tracked, { match: 'protocol', protocols: [protocol], ...turn }];
    }
    case 'ctorigsrc':
    case 'ctorigdst': {
      const addresses = addressesOf(text, context.family);
      if (typeof addresses === 'object')
        return option === 'ctorigdst'
          ? [tracked, { match: 'original-destination', addresses, ...turn }]
          : ofFirst({ match: 'source', addresses, ...turn }, asItStands);
      if (addresses === 'nonsense') context.refuse(`${text} is no address`);
      return asItStands;
    }
    case 'ctorigsrcport':
    case 'ctorigdstport': {
      const ports = portRangeOf(text, context);
      if (ports === undefined) return asItStands;
      return option === 'ctorigdstport'
        ? [tracked, { match: 'original-destination-port', ports: [ports], ...turn }]
        : ofFirst({ match: 'source-port', ports: [ports], ...turn }, asItStands);
    }
    case 'ctdir': {
      const original = text.toUpperCase() === 'ORIGINAL';
      if (!original && text.toUpperCase() !== 'REPLY') context.refuse(`${text} is no direction`);
      return original !== not ? [tracked, { ...answered, not: true }] : [answered];
    }
    case 'ctstatus': {
      // Until the third packet nothing is assured. CONFIRMED differs between the wire and the loopback.
      const names = text.toUpperCase().split(',');
      if (!names.every((name) => ['SEEN_REPLY', 'ASSURED', 'EXPECTED'].includes(name))) return asItStands;
      if (names.includes('SEEN_REPLY')) return not ? [tracked, { ...answered, not: true }] : [answered];
      return not ? [tracked] : [{ match: 'never', why: 'a connection that has been answered' }];
    }
    default:
      return asItStands;
  }
}

export const conntrack: MatchModule = {
  options: options(
    '!ctstate !ctproto !ctorigsrc !ctorigdst !ctreplsrc !ctrepldst !ctstatus !ctexpire ctdir !ctorigsrcport !ctorigdstport !ctreplsrcport !ctrepldstport',
  ),
  read: (given, context) => {
    if (given.length === 0) context.refuse('conntrack without an option');
    return given.flatMap((one) => conntrackMatch(one, context));
  },
};

export const state: MatchModule = {
  options: options('!state'),
  read: (given, context) => {
    if (given.length === 0) context.refuse('state without --state');
    return given.map((one) => stateMatch(one, context, false));
  },
};
