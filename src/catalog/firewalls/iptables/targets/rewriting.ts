/** Targets of the table nat. */
import {
  type AddressSet,
  type Deed,
  type PortRange,
  emptySet,
  fromRanges,
  isEmpty,
  readAddress,
  toRanges,
} from '../../../../lang/packets/index.ts';
import { addressRangeOf, addressesOf } from '../addresses.ts';
import { type RuleContext, type TargetModule, options } from '../extension.ts';
import { numberOf } from '../numbers.ts';
import { serviceNames } from '../../service-names.ts';

/** Protocols that have ports. */
const withPorts = [6, 17, 33, 132, 136];

function portsOf(text: string, context: RuleContext): PortRange | undefined {
  if (context.protocolNot || !withPorts.includes(context.protocol))
    context.refuse('a port needs -p tcp, udp, udplite, dccp or sctp');
  // `1000-2000/3000` moves ports along; only for one port is that exact, and nobody writes it.
  const [range = ''] = text.split('/');
  const [first = '', last = first] = range.split('-');
  const [from, to] = [first, last].map((port) => numberOf(port, 65_535) ?? serviceNames.get(port));
  if (from === undefined || to === undefined || from > to) {
    context.refuse(`${text} are no ports`);
    return undefined;
  }
  return [from, to];
}

/** `ADDRESS[-ADDRESS][:PORT[-PORT]]`; an IPv6 address before a port stands in brackets. */
function destinationOf(text: string, context: RuleContext): { to: AddressSet; port?: PortRange } | undefined {
  const inBrackets = /^\[([^\]]*)\](?:-\[([^\]]*)\])?(?::(.*))?$/.exec(text);
  const plain = context.family === 'ipv4' ? /^([^:]*)(?::(.*))?$/.exec(text) : /^()(?::([^:]+))$/.exec(text);
  const [addresses, ports] = inBrackets
    ? [[inBrackets[1], inBrackets[2]].filter((part) => part !== undefined).join('-'), inBrackets[3]]
    : plain
      ? [plain[1] ?? '', plain[2]]
      : [text, undefined];
  const port = ports === undefined ? undefined : portsOf(ports, context);
  if (ports !== undefined && port === undefined) return undefined;
  const to = addresses === '' ? emptySet(context.family) : addressRangeOf(addresses, context.family);
  if (typeof to !== 'object') {
    context.refuse(`${text} is no destination`);
    return undefined;
  }
  return port === undefined ? { to } : { to, port };
}

export const DNAT: TargetModule = {
  options: options('to-destination* random:0 persistent:0'),
  tables: ['nat'],
  hooks: ['prerouting', 'output'],
  read: (given, context) => {
    const texts = given.flatMap(({ option, values }) => (option === 'to-destination' ? values : []));
    if (texts.length !== 1) context.refuse('DNAT takes exactly one --to-destination');
    const [text = ''] = texts;
    const found = texts.length === 1 ? destinationOf(text, context) : undefined;
    if (found === undefined) return [{ deed: 'opaque', on: 'other', text: `DNAT ${texts.join(' ')}` }];
    const { to, port } = found;
    return [{ deed: 'dnat', ...(isEmpty(to) ? {} : { to }), ...(port ? { port } : {}) }];
  },
};

export const REDIRECT: TargetModule = {
  options: options('to-ports random:0'),
  tables: ['nat'],
  hooks: ['prerouting', 'output'],
  read: (given, context) => {
    const text = given.find(({ option }) => option === 'to-ports')?.values[0];
    const port = text === undefined ? undefined : portsOf(text, context);
    return [port === undefined ? { deed: 'redirect' } : { deed: 'redirect', port }];
  },
};

const source = (words: string): TargetModule => ({
  options: options(words),
  tables: ['nat'],
  hooks: ['postrouting', 'input'],
  read: () => [{ deed: 'snat' }],
});

export const SNAT = source('to-source* random:0 random-fully:0 persistent:0');
export const MASQUERADE: TargetModule = {
  ...source('to-ports random:0 random-fully:0'),
  hooks: ['postrouting'],
};

/** Moves a whole network: the last bits of an address stay. */
export const NETMAP: TargetModule = {
  options: options('to'),
  tables: ['nat'],
  hooks: ['prerouting', 'output', 'postrouting', 'input'],
  read: (given, context): readonly Deed[] => {
    const text = given[0]?.values[0] ?? '';
    const network = addressesOf(text, context.family);
    const [range] = typeof network === 'object' ? toRanges(network) : [];
    if (typeof network !== 'object' || range === undefined) {
      context.refuse(`${text} is no network`);
      return [{ deed: 'opaque', on: 'other', text: `NETMAP ${text}` }];
    }
    if (context.chain === 'POSTROUTING' || context.chain === 'INPUT') return [{ deed: 'snat' }];
    if (context.chain !== 'PREROUTING' && context.chain !== 'OUTPUT')
      return [{ deed: 'opaque', on: 'other', text: `NETMAP ${text}` }];
    const [low, high] = range.map((one) => BigInt(readAddress(one)?.value ?? 0));
    if (context.destination === undefined || low === undefined || high === undefined)
      return [{ deed: 'dnat', to: network }];
    const value = low + (BigInt(context.destination) & (high - low));
    const exact = context.family === 'ipv4' ? Number(value) : value;
    return [{ deed: 'dnat', to: fromRanges(context.family, [exact, exact]) }];
  },
};
