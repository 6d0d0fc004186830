import {
  emptySet,
  fromCidr,
  isEmpty,
  subtract,
  union,
  type AddressSet,
  type Family,
} from '../../lang/packets/index.ts';
import type { FirewallDrift, FirewallFacts, Origin, RebootChange } from '../../model/index.ts';
import type { DoorWay } from '../origins.ts';
import { familyOf } from './firewall-ask.ts';
import { ruledNetwork } from './firewall-layer.ts';
import { cidrsOf, nameSources } from './firewall-names.ts';
import { savedIn } from './firewall-saved.ts';
import { ruleDrift } from './firewall-rules.ts';
import { reachTable } from './firewall-table.ts';
import { ruleSetsOf } from '../../catalog/firewalls/texts.ts';

/** Who gets in now, and who will after the host was started again. */
export async function firewallDrift(facts: FirewallFacts, doors: readonly DoorWay[]): Promise<FirewallDrift> {
  const { layers, saved } = facts;
  // Those whose files were read are worked out as any other.
  const managers = facts.managers.filter((name) => !saved.some(({ words }) => words === name));
  const last = layers.length - 1;
  const networks = await Promise.all(layers.map(ruledNetwork));
  const after: FirewallFacts = {
    ...facts,
    // What files bring back is of the host; a container's own rules its start puts there.
    layers: layers.map((layer, index) => (index === last ? { ...layer, rules: saved, unread: [] } : layer)),
  };
  const { unsaved, unloaded } = ruleDrift(
    networks[last]?.ruleSets ?? [],
    ruleSetsOf(saved),
    doors.map(({ port }) => port),
  );
  const changes =
    managers.length > 0 ? [] : changesOf(await reachTable(facts, doors), await reachTable(after, doors));
  return { changes, unsaved, unloaded, savedIn: savedIn(facts), managers };
}

type Ways = ReadonlyMap<
  string,
  { readonly address: string; readonly port: number; readonly set: AddressSet }
>;

/** Sources by the address and port that they get in at. */
function waysOf(origins: readonly Origin[]): Ways {
  const ways = new Map<string, { address: string; port: number; set: AddressSet }>();
  for (const { via, sources, refused } of origins) {
    if (!('port' in via)) continue;
    // Two families may share a row.
    for (const family of ['ipv4', 'ipv6'] as const satisfies readonly Family[]) {
      const set = refused === undefined ? setOf(family, sources) : emptySet(family);
      if (isEmpty(set) && familyOf(via.address) !== family) continue;
      const key = `${family} ${via.address} ${via.port}`;
      const had = ways.get(key)?.set;
      ways.set(key, { address: via.address, port: via.port, set: had ? union(had, set) : set });
    }
  }
  return ways;
}

const setOf = (family: Family, texts: readonly string[]): AddressSet =>
  texts.reduce<AddressSet>((sum, text) => {
    const set = fromCidr(text);
    return set?.family === family ? union(sum, set) : sum;
  }, emptySet(family));

function changesOf(now: readonly Origin[], later: readonly Origin[]): readonly RebootChange[] {
  const [here, there] = [waysOf(now), waysOf(later)];
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((key): readonly RebootChange[] => {
    const [before, after] = [here.get(key), there.get(key)];
    const one = before ?? after;
    if (!one) return [];
    const none = emptySet(one.set.family);
    const [had, gets] = [before?.set ?? none, after?.set ?? none];
    return (
      [
        ['opens', subtract(gets, had)],
        ['closes', subtract(had, gets)],
      ] as const
    ).flatMap(([change, set]) =>
      isEmpty(set)
        ? []
        : [
            {
              address: one.address,
              port: one.port,
              change,
              who: nameSources(set, set),
              sources: cidrsOf(set).cidrs,
            },
          ],
    );
  });
}
