import type { FirewallFacts, Origin } from '../../model/index.ts';
import { originsOf, type DoorWay } from '../origins.ts';
import { refineBy, type Asking } from './firewall-origins.ts';
import { ruledNetwork } from './firewall-layer.ts';

/**
 * Who reaches these doors through packet filters alone: without a server, its users or its protected mode. As in the
 * exposure table, the widest first.
 */
export async function reachTable(
  { layers }: FirewallFacts,
  doors: readonly DoorWay[],
  asking: Asking = {},
): Promise<readonly Origin[]> {
  const networks = await Promise.all(layers.map(ruledNetwork));
  const [own] = layers;
  return originsOf(doors, [], {
    hostAddresses: (own?.interfaces ?? []).flatMap(({ name, addresses, networks: some }) =>
      addresses.map((address) => ({ interface: name, address, prefix: prefixOf(address, some) })),
    ),
    refusesOthers: undefined,
    clientCertificate: false,
    refine: refineBy(networks, asking),
  });
}

/** As long as that of a network of its family; alone where there is none. */
function prefixOf(address: string, networks: readonly string[]): number {
  const six = address.includes(':');
  const prefixes = networks
    .filter((network) => network.includes(':') === six)
    .map((network) => Number(network.split('/')[1] ?? 128));
  return prefixes.length === 0 ? (six ? 128 : 32) : Math.max(...prefixes.filter((bits) => bits > 0));
}
