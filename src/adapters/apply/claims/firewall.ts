import {
  fromCidr,
  intersect,
  isEmpty,
  reach,
  sizeOf,
  subtract,
  type Answer,
  type AddressSet,
  type Topology,
} from '../../../lang/packets/index.ts';
import { liveRules, liveTopology } from '../firewall-rules.ts';
import { broken, held, said, untried, type Trying } from './saw.ts';

/** Ways in for a family: each interface of the host but `lo`, with its first address. */
function waysIn(
  { interfaces }: Topology,
  family: AddressSet['family'],
): readonly { readonly name: string; readonly address: string }[] {
  return interfaces.flatMap(({ name, addresses }) => {
    const own = addresses.filter((address) => address.includes(':') === (family === 'ipv6'));
    // Its global address: what is asked for from elsewhere.
    const address = own.find((one) => !/^fe80:/i.test(one)) ?? own[0];
    return name === 'lo' || address === undefined ? [] : [{ name, address }];
  });
}

/** The way in by which the source comes, as its answers are routed: the narrowest network that all of it lies in. */
function comesBy(topology: Topology, source: AddressSet): ReadonlySet<string> {
  const fits = topology.interfaces.flatMap(({ name, networks = [] }) =>
    networks.flatMap((text) => {
      const network = fromCidr(text);
      return network?.family === source.family && !isEmpty(intersect(network, source))
        ? [{ name, size: sizeOf(network) }]
        : [];
    }),
  );
  const whole = fits.toSorted((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : 0));
  return new Set(
    sizeOf(source) === 1n ? whole.slice(0, 1).map(({ name }) => name) : whole.map(({ name }) => name),
  );
}

const first = ({ because }: Answer): string =>
  said(`${because.file ?? ''}${because.line === undefined ? '' : `:${because.line}`} ${because.text}`.trim());

export const firewallAllows: Trying<'firewall-allows'> = async (
  { port, source, except = [], allowed },
  site,
) => {
  const place = site.place();
  const whole = fromCidr(source);
  if (!whole) return broken('its source is no address');
  const sources = except
    .flatMap((text) => fromCidr(text) ?? [])
    .filter(({ family }) => family === whole.family)
    .reduce(subtract, whole);
  if (isEmpty(sources)) return held('there is no such source');
  const rules = await liveRules(place);
  if ('why' in rules) return broken(rules.why);
  const topology = await liveTopology(place);
  if (!topology) return untried('`ip` does not tell the interfaces of the host');
  const by = comesBy(topology, sources);
  const ways = waysIn(topology, whole.family).filter(({ name }) => !allowed || by.size === 0 || by.has(name));
  if (ways.length === 0) {
    const family = whole.family === 'ipv6' ? 'IPv6' : 'IPv4';
    return allowed ? untried(`no interface speaks ${family}`) : held(`nobody comes in by ${family}`);
  }
  for (const { name, address } of ways) {
    const answers = reach(rules.ruleSets, topology, {
      family: whole.family,
      destination: address,
      port,
      inInterface: name,
      sources,
    });
    // A client does not pick the port that it calls from.
    const wrong = answers.find(({ reach: how, sourcePorts }) =>
      allowed ? how === 'no' || sourcePorts : how !== 'no',
    );
    if (wrong) return broken(`${allowed ? 'refused' : 'let in'} by ${name}: ${first(wrong)}`);
  }
  return held(`${allowed ? 'let in' : 'refused'} by ${ways.map(({ name }) => name).join(', ')}`);
};
