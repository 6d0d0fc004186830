/** Where a packet comes from and goes to, other than `-s`, `-d`, `-i` and `-o`. */
import type { AddressType, Match } from '../../../../lang/packets/index.ts';
import { addressRangeOf } from '../addresses.ts';
import { type Given, type MatchModule, type RuleContext, opaque, options, wordsAgain } from '../extension.ts';

export const iprange: MatchModule = {
  options: options('!src-range !dst-range'),
  read: (given, context) => {
    if (given.length === 0) context.refuse('iprange without a range');
    return given.map(({ option, values: [text = ''], not }): Match => {
      const addresses = addressRangeOf(text, context.family);
      if (typeof addresses !== 'object') {
        context.refuse(`${text} is no range of addresses`);
        return opaque('other', `--${option} ${text}`);
      }
      if (addresses.bounds.length === 0) context.doubt(`range ${text} begins above its end: it is never met`);
      return { match: option === 'src-range' ? 'source' : 'destination', addresses, ...(not ? { not } : {}) };
    });
  },
};

const types: Readonly<Record<string, AddressType>> = {
  UNSPEC: 'unspecified',
  UNICAST: 'unicast',
  LOCAL: 'local',
  BROADCAST: 'broadcast',
  ANYCAST: 'anycast',
  MULTICAST: 'multicast',
  BLACKHOLE: 'blackhole',
};
const routes = ['UNREACHABLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE'];

function typeMatch({ option, values: [text = ''], not }: Given, context: RuleContext): readonly Match[] {
  const names = text.toUpperCase().split(',');
  const known = names.map((name) => types[name]).filter((type) => type !== undefined);
  if (known.length < names.length) {
    const strange = names.find((name) => types[name] === undefined && !routes.includes(name));
    if (strange !== undefined) context.refuse(`${strange} is no type of address`);
    return [opaque('route', `--${option} ${text}`)];
  }
  const match = option === 'src-type' ? 'source-type' : 'destination-type';
  const turn = not ? { not } : {};
  if (context.family === 'ipv4') return [{ match, types: known, ...turn }];
  // In IPv6 the kernel wants all of the types at once, and an address of this host is a unicast one too.
  if (known.length > 1) return [opaque('route', `--${option} ${text}`)];
  return [
    { match, types: known[0] === 'unicast' ? ['unicast', 'local', 'anycast', 'blackhole'] : known, ...turn },
  ];
}

export const addrtype: MatchModule = {
  options: options('!src-type !dst-type limit-iface-in:0 limit-iface-out:0'),
  read: (given, context) => {
    const limited = given.some(({ option }) => option.startsWith('limit-iface'));
    const asked = given.filter(({ option }) => !option.startsWith('limit-iface'));
    if (asked.length === 0) context.refuse('addrtype needs --src-type or --dst-type');
    return limited
      ? [opaque('interface', wordsAgain('addrtype', given))]
      : asked.flatMap((one) => typeMatch(one, context));
  },
};

export const pkttype: MatchModule = {
  options: options('!pkt-type'),
  // TCP is heard only in frames that are sent to this host itself.
  read: (given) =>
    given.flatMap(({ values: [text = ''], not }): readonly Match[] => {
      const own = ['unicast', 'host', 'us'].includes(text.toLowerCase());
      return own !== not ? [] : [{ match: 'never', why: `frames sent as ${text}` }];
    }),
};

export const mac: MatchModule = {
  options: options('!mac-source'),
  // Neither is true on the loopback, which has no such addresses.
  read: (given, context) =>
    given.flatMap(({ values: [text = ''], not }): readonly Match[] => {
      if (!/^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i.test(text))
        context.refuse(`${text} is no hardware address`);
      return [
        { match: 'in-interface', names: ['lo'], not: true },
        opaque('other', `${not ? '! ' : ''}--mac-source ${text}`),
      ];
    }),
};

/** Of TCP. */
const longestOptions = 40;

/** A SYN without data has 40 to 80 bytes, with IP options more; in IPv6 at least 60. */
export const length: MatchModule = {
  options: options('!length'),
  read: (given, context) =>
    given.flatMap(({ values: [text = ''], not }): readonly Match[] => {
      const [, from = '', , to] = /^(\d*)(:(\d*))?$/.exec(text) ?? [];
      const low = Number(from);
      const high = to === undefined ? low : to === '' ? 65_535 : Number(to);
      const least = context.family === 'ipv4' ? 40 : 60;
      if (text === '' || !/^\d*(?::\d*)?$/.test(text) || high > 65_535)
        context.refuse(`${text} is no length`);
      else if (low <= least && high >= 65_535) return not ? [{ match: 'never', why: 'any length' }] : [];
      else if (high < least) return not ? [] : [{ match: 'never', why: 'shorter than a TCP packet' }];
      const words = `${not ? '! ' : ''}--length ${text}`;
      // With data, which no usual client sends so early, it is as long as its sender likes.
      if (low <= least && high >= least + longestOptions)
        return [{ match: 'unusual', on: 'content', text: words, ...(not ? {} : { not: true }) }];
      return [opaque('content', words)];
    }),
};
