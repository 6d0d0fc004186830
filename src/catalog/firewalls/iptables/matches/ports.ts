/** Ports and flags of TCP; the modules of other protocols, whose packets are not asked about. */
import type { Match, PortRange } from '../../../../lang/packets/index.ts';
import { type Given, type MatchModule, type RuleContext, opaque, options } from '../extension.ts';
import { numberOf } from '../numbers.ts';
import { serviceNames } from '../../service-names.ts';

/** A port by number or name; `name` where it may be one that the host knows. */
function portOf(text: string): number | 'name' | undefined {
  const port = numberOf(text, 65_535) ?? serviceNames.get(text);
  if (port !== undefined) return port;
  return /^[a-z][a-z0-9_+./-]*$/i.test(text) ? 'name' : undefined;
}

/** `22`, `22:80`, `:80`, `22:`. */
export function portRangeOf(text: string, context: RuleContext): PortRange | undefined {
  const colon = text.indexOf(':');
  const from = colon < 0 ? portOf(text) : colon === 0 ? 0 : portOf(text.slice(0, colon));
  const to = colon < 0 ? from : colon === text.length - 1 ? 65_535 : portOf(text.slice(colon + 1));
  if (typeof from === 'number' && typeof to === 'number') {
    if (from <= to) return [from, to];
    context.refuse(`port range ${text} begins above its end`);
    return undefined;
  }
  if (from === undefined || to === undefined) context.refuse(`${text} is no port`);
  else context.doubt(`service ${text} is not known here; the host may know its port`);
  return undefined;
}

export function portMatch(
  match: 'source-port' | 'destination-port',
  { option, values: [text = ''], not }: Given,
  context: RuleContext,
): Match {
  const words = `${not ? '!' : ''}${match} ${text}`;
  const known = context.memo.get(words);
  if (known !== undefined) return known;
  const ports = portRangeOf(text, context);
  if (ports === undefined) return opaque('port', `--${option} ${text}`);
  const made: Match = not ? { match, ports: [ports], not } : { match, ports: [ports] };
  context.memo.set(words, made);
  return made;
}

const bits: Readonly<Record<string, number>> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ALL: 63,
  NONE: 0,
};

function flagsOf(text: string): number | undefined {
  let flags = 0;
  for (const name of text.split(',')) {
    const bit = bits[name.toUpperCase()];
    if (bit === undefined) return undefined;
    flags |= bit;
  }
  return flags;
}

function tcpMatch(given: Given, context: RuleContext): Match {
  const { option, values, not } = given;
  if (option === 'dport') return portMatch('destination-port', given, context);
  if (option === 'sport') return portMatch('source-port', given, context);
  if (option === 'syn') return { match: 'tcp-flags', mask: 23, value: 2, ...(not ? { not } : {}) };
  if (option === 'tcp-flags') {
    const [mask, value] = [flagsOf(values[0] ?? ''), flagsOf(values[1] ?? '')];
    if (mask !== undefined && value !== undefined)
      return { match: 'tcp-flags', mask, value, ...(not ? { not } : {}) };
    context.refuse(`${values.join(' ')} are no TCP flags`);
  }
  return opaque('content', `--${option} ${values.join(' ')}`);
}

const portOptions = '!sport !source-port>sport !dport !destination-port>dport';

export const tcp: MatchModule = {
  options: options(`${portOptions} !tcp-flags:2 !syn:0 !tcp-option`),
  protocols: [6],
  read: (given, context) => {
    if (given.length === 1 && given[0] !== undefined) return [tcpMatch(given[0], context)];
    return given.map((one) => tcpMatch(one, context));
  },
};

/** `-p` of another protocol has said it already: nothing that this module finds is true of TCP. */
const other = (name: string, words: string, protocols: readonly number[]): MatchModule => ({
  options: options(words),
  protocols,
  read: (given, context) => {
    for (const { option, values } of given)
      if (option === 'sport' || option === 'dport') portRangeOf(values[0] ?? '', context);
    return [{ match: 'never', why: `${name}, and not TCP` }];
  },
});

export const udp = other('UDP', portOptions, [17]);
export const udplite = other('UDP-Lite', portOptions, [136]);
export const sctp = other('SCTP', `${portOptions} !chunk-types:2`, [132]);
export const dccp = other('DCCP', `${portOptions} !dccp-types !dccp-option`, [33]);
export const icmp = other('ICMP', '!icmp-type', [1]);
export const icmp6 = other('ICMPv6', '!icmpv6-type', [58]);
export const esp = other('ESP', '!espspi', [50]);
export const ah = other('AH', '!ahspi !ahlen ahres:0', [51]);
export const ipcomp = other('IPComp', '!ipcompspi compres:0', [108]);
export const mh = other('Mobile IPv6', '!mh-type', [135]);

const many = '!sports !source-ports>sports !dports !destination-ports>dports !ports';

export const multiport: MatchModule = {
  options: options(many),
  protocols: [6, 17, 33, 132, 136],
  read: (given, context) => {
    const [one] = given;
    if (one === undefined || given.length > 1) {
      context.refuse('multiport takes exactly one of --sports, --dports, --ports');
      if (one === undefined) return [];
    }
    return given.map(({ option, values, not }): Match => {
      const texts = (values[0] ?? '').split(',');
      const places = texts.reduce((sum, text) => sum + (text.includes(':') ? 2 : 1), 0);
      if (places > 15) context.refuse('multiport takes 15 ports; a range counts as two');
      const ports = texts.map((text) => portRangeOf(text, context));
      const known = ports.filter((range) => range !== undefined);
      const turn = not ? { not } : {};
      if (known.length < ports.length) return opaque('port', `--${option} ${values[0]}`);
      if (option === 'dports') return { match: 'destination-port', ports: known, ...turn };
      if (option === 'sports') return { match: 'source-port', ports: known, ...turn };
      return {
        match: 'any',
        of: [[{ match: 'source-port', ports: known }], [{ match: 'destination-port', ports: known }]],
        ...turn,
      };
    });
  },
};
