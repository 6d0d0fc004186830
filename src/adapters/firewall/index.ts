import { isContainerBridge } from '../../lang/address/index.ts';
import { type Fact, known, unknown } from '../../model/fact.ts';
import type { FirewallFacts, FirewallLayer, NetworkInterface } from '../../model/firewall.ts';
import { join } from 'node:path/posix';
import { linkOf, textOf } from '../host/bounded-read.ts';
import { collect } from '../host/collect.ts';
import { hostAddresses } from '../host/host-addresses.ts';
import { procOf, sharesNamespace } from '../host/process-root.ts';
import { programIn, usualFolders } from './ask.ts';
import { hasOtherRoutes, interfacesOf } from './interfaces.ts';
import { readRules } from './rules.ts';
import { managersOf, savedRules } from './saved.ts';

/** Layers by network namespace, for a look at many servers, which mostly share one. */
export type FirewallCache = Map<string, Promise<FirewallLayer | string>>;

export interface FirewallPlaces {
  readonly root?: string;
  /** Where the programs are that list rules. */
  readonly folders?: readonly string[];
  readonly cache?: FirewallCache;
}

/**
 * Packet filters in the way to a process' sockets: those of its own network namespace and, where that is not ours (a
 * container), those of this host around it. Needs root: who may not see the rules gets `no-access`, never none.
 *
 * @example const firewall = await firewallOf(812); if (firewall.known) firewall.value.layers[0]?.rules;
 */
export function firewallOf(
  pid: number | 'self',
  { root = '/', folders = usualFolders, cache = new Map() }: FirewallPlaces = {},
): Promise<Fact<FirewallFacts>> {
  return collect('packet filters of this host', async () => {
    if (process.getuid?.() !== 0) return unknown('no-access', 'only root sees the rules of packet filters');
    const shared = pid === 'self' ? true : sharesNamespace(pid, 'net', root);
    if (shared === undefined)
      return unknown('no-access', `the network namespace of process ${pid} cannot be seen`);
    const [own, around] = await Promise.all([
      layerOf(shared ? 'self' : pid, 'server', { root, folders, cache }),
      shared ? undefined : layerOf('self', 'host', { root, folders, cache }),
    ]);
    if (typeof own === 'string') return unknown('not-asked', own);
    if (typeof around === 'string') return unknown('not-asked', around);
    const layers = around && leadsTo(around.interfaces, own.interfaces) ? [own, around] : [own];
    const saved = shared || layers.length > 1 ? savedRules(root) : [];
    return known(
      {
        layers,
        inside: shared && pid !== 'self' && sharesNamespace(pid, 'mnt', root) === true,
        saved,
        managers: shared || layers.length > 1 ? managersOf(root) : [],
      },
      sourceOf(layers),
    );
  });
}

const sourceOf = (layers: readonly FirewallLayer[]): string => {
  const asked = [...new Set(layers.flatMap(({ rules }) => rules.map(({ from }) => from)))];
  return asked.length === 0 ? 'the kernel, which has no rules' : asked.join(', ');
};

/** Whether packets for the one come through the other: a bridge of the host is its gateway. */
function leadsTo(around: readonly NetworkInterface[], own: readonly NetworkInterface[]): boolean {
  const gateways = new Set(own.flatMap(({ gateways: some }) => some));
  const networks = new Set(own.flatMap(({ networks: some }) => some));
  return around.some(
    ({ name, addresses, networks: theirs }) =>
      addresses.some((address) => gateways.has(address)) ||
      (isContainerBridge(name) && theirs.some((network) => networks.has(network))),
  );
}

function layerOf(
  pid: number | 'self',
  network: FirewallLayer['network'],
  places: Required<FirewallPlaces>,
): Promise<FirewallLayer | string> {
  const { root, cache } = places;
  const name = linkOf(join(procOf(pid, root), 'ns/net'));
  const key = `${name} ${network}`;
  const had = name === undefined ? undefined : cache.get(key);
  if (had) return had;
  const made = readLayer(pid, network, places);
  if (name !== undefined) cache.set(key, made);
  return made;
}

async function readLayer(
  pid: number | 'self',
  network: FirewallLayer['network'],
  { root, folders }: Required<FirewallPlaces>,
): Promise<FirewallLayer | string> {
  const nsenter = pid === 'self' ? undefined : programIn(usualFolders, 'nsenter');
  if (pid !== 'self' && nsenter === undefined)
    return 'the server has a network of its own, and there is no nsenter to look into it';
  const within = nsenter === undefined ? [] : [nsenter, `--net=${procOf(pid, root)}/ns/net`, '--'];
  const [{ rules, unread, asked }, addresses] = await Promise.all([
    readRules({ pid, within, folders, root }),
    pid === 'self' ? hostAddresses() : hostAddresses(pid, root),
  ]);
  if (!asked)
    return unread.length > 0
      ? `not read: ${unread.join(', ')}`
      : 'no program here lists the rules: nft, iptables-save';
  if (!addresses.known) return `the addresses behind its rules are not known: ${addresses.detail}`;
  const proc = procOf(pid, root);
  return {
    network,
    rules,
    interfaces: interfacesOf(pid, addresses.value, root),
    ...(hasOtherRoutes(pid, root) ? { otherRoutes: true } : {}),
    // Switches of /proc/sys are those of whoever reads them: in another namespace they are not seen.
    forwarding: {
      ipv4: pid !== 'self' || isOn(root, 'net/ipv4/ip_forward'),
      ipv6: pid !== 'self' || isOn(root, 'net/ipv6/conf/all/forwarding'),
    },
    ...(pid === 'self' ? { routeLocalnet: routesLocalnet(root, proc) } : {}),
    filtersBridges: isOn(root, 'net/bridge/bridge-nf-call-iptables'),
    unread,
  };
}

const isOn = (root: string, name: string): boolean =>
  (textOf(join(root, 'proc/sys', name), 16) ?? '0').trim() !== '0';

function routesLocalnet(root: string, proc: string): boolean {
  const names = (textOf(join(proc, 'net/dev'), 65_536) ?? '')
    .split('\n')
    .flatMap((line) => /^\s*([^:\s/]{1,64}):/.exec(line)?.[1] ?? []);
  return ['all', ...names].some((name) => isOn(root, `net/ipv4/conf/${name}/route_localnet`));
}
