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
        return [
          tracked,
          { match: option === 'ctorigsrc' ? 'source' : 'original-destination', addresses, ...turn },
        ];
      if (addresses === 'nonsense') context.refuse(`${text} is no address`);
      return asItStands;
    }
    case 'ctorigsrcport':
    case 'ctorigdstport': {
      const ports = portRangeOf(text, context);
      const match = option === 'ctorigsrcport' ? 'source-port' : 'original-destination-port';
      return ports === undefined ? asItStands : [tracked, { match, ports: [ports], ...turn }];
    }
    case 'ctdir': {
      const original = text.toUpperCase() === 'ORIGINAL';
      if (!original && text.toUpperCase() !== 'REPLY') context.refuse(`${text} is no direction`);
      return original !== not ? [tracked] : [{ match: 'never', why: 'a reply' }];
    }
    case 'ctstatus': {
      // A first packet has no reply yet; CONFIRMED differs between the wire and the loopback.
      const names = text.toUpperCase().split(',');
      if (names.every((name) => ['SEEN_REPLY', 'ASSURED', 'EXPECTED'].includes(name)))
        return not ? [tracked] : [{ match: 'never', why: 'a connection that has been answered' }];
      return asItStands;
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
