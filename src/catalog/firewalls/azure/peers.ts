/** Who stands in a rule of a network security group: addresses, service tags, application security groups. */
import type { Match, Position } from '../../../lang/packets/index.ts';
import {
  addressesOf,
  everybody,
  field,
  fromPeers,
  isList,
  isUnresolved,
  listOf,
  membersOf,
  networkOf,
  notKnown,
  notOnTheInternet,
  oneNetwork,
  type Peer,
  type Problems,
  saying,
  somebody,
  textOf,
  together,
  type Value,
  without,
} from '../cloud-shared/index.ts';
import type { AzureContext } from './context.ts';

/** Where the probes of every load balancer come from. */
const probes = addressesOf(['168.63.129.16/32']);

export interface NamedPeer {
  readonly peer: Peer;
  readonly text: string;
}

const notEmpty = (value: Value): boolean => value !== '' && value !== null;

/** Both spellings of a field, the one for one value and the one for several. */
export const bothOf = (rule: Value, one: string, several: string): readonly Value[] =>
  [...listOf(field(rule, one)), ...listOf(field(rule, several))].filter(notEmpty);

const lastOf = (id: string): string => id.split('/').at(-1) ?? id;

/** Who is let in or kept out. */
export function sourcesOf(
  rule: Value,
  context: AzureContext,
  problems: Problems,
  at: Position,
): readonly NamedPeer[] {
  const expanded = field(rule, 'expandedSourceAddressPrefix');
  const groups = listOf(field(rule, 'sourceApplicationSecurityGroups')).map((group): NamedPeer => {
    const id = saying(field(group, 'id') ?? group);
    const text = `members of ${lastOf(id)}`;
    return { peer: membersOf([id, lastOf(id)], text, context, problems, at), text };
  });
  const written = bothOf(rule, 'sourceAddressPrefix', 'sourceAddressPrefixes');
  if (isList(expanded) && expanded.length > 0) {
    const { ipv4, ipv6, bad } = addressesOf(expanded.flatMap((one) => textOf(one) ?? []));
    if (bad.length === 0)
      return [{ peer: { addresses: { ipv4, ipv6 } }, text: saying(written[0] ?? expanded) }, ...groups];
  }
  const peers = [...new Set(written)].map((prefix) => ({
    peer: peerOf(prefix, context, problems, at),
    text: saying(prefix),
  }));
  const all = [...peers, ...groups];
  if (all.length > 0) return all;
  problems.add(at, 'a rule without source', true);
  return [{ peer: somebody('no source'), text: 'nobody' }];
}

function peerOf(prefix: Value, context: AzureContext, problems: Problems, at: Position): Peer {
  if (isUnresolved(prefix)) return somebody(prefix.text);
  const text = textOf(prefix)?.trim() ?? '';
  switch (text.toLowerCase()) {
    case '*':
    case 'any':
      return { addresses: everybody };
    case 'internet':
      return { addresses: without(everybody, together(notOnTheInternet, networkOf(context, problems, at))) };
    case 'azureloadbalancer':
      return { addresses: probes };
    case 'virtualnetwork': {
      const addresses = networkOf(context, problems, at);
      return context.networks ? { addresses } : somebody('the addresses of the virtual network', addresses);
    }
    default:
  }
  const addresses = oneNetwork(text);
  if (addresses) return { addresses };
  if (context.members && Object.hasOwn(context.members, text))
    return membersOf([text], text, context, problems, at);
  // The services of Azure have public addresses, which change from week to week.
  if (/^[A-Za-z][\w.-]*$/.test(text)) return somebody(`service tag ${text}`);
  problems.add(at, `neither an address nor a service tag: ${saying(prefix)}`, true);
  return somebody(saying(prefix));
}

/** Whether the host is meant. */
export function destinationMatch(
  rule: Value,
  context: AzureContext,
  problems: Problems,
  at: Position,
): readonly Match[] {
  const groups = listOf(field(rule, 'destinationApplicationSecurityGroups')).map((group) =>
    saying(field(group, 'id') ?? group),
  );
  const prefixes = bothOf(rule, 'destinationAddressPrefix', 'destinationAddressPrefixes');
  const own = context.applicationSecurityGroups?.map(lastOf);
  if (groups.some((id) => own?.includes(lastOf(id)))) return [];
  const peers: Peer[] = [];
  for (const prefix of prefixes) {
    const text = isUnresolved(prefix) ? '' : (textOf(prefix)?.trim() ?? '').toLowerCase();
    // The host is in its virtual network, and its own address there is the one that rules see.
    if (text === '*' || text === 'any' || text === 'virtualnetwork') return [];
    if (text === 'internet' || text === 'azureloadbalancer') continue;
    peers.push(peerOf(prefix, context, problems, at));
  }
  if (groups.length > 0 && !own) {
    const unknown = notKnown(`whether the host is in ${groups.map(lastOf).join(' or ')}`, 'set');
    return peers.length === 0
      ? [unknown]
      : [{ match: 'any', of: [fromPeers('destination', peers), [unknown]] }];
  }
  if (peers.length === 0 && groups.length === 0 && prefixes.length === 0) {
    problems.add(at, 'a rule without destination', true);
    return [notKnown('no destination')];
  }
  return fromPeers('destination', peers);
}
