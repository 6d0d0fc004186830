import {
  families,
  hasChain,
  iptablesChange,
  iptablesPart,
  nftChange,
  nftPart,
  readIptablesPart,
  readUfwPart,
  tableName,
  ufwChains,
  ufwFiles,
  ufwPart,
  unmarked,
  type IptablesPart,
} from '../../catalog/firewalls/print/index.ts';
import type { Family } from '../../lang/packets/index.ts';
import type { Action, FirewallBackend, Resource } from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import { captured } from './capture.ts';
import { captureRich, restoreRich, setRich, type RichState } from './firewall-zones.ts';
import { failureOf, feed, timeout } from './firewall-words.ts';
import type { Keeper, Site } from './site.ts';

type Firewall = Extract<Resource, { kind: 'firewall' }>;
type Of<D extends Action['do']> = Extract<Action, { do: D }>;

/** Our table as nft lists it, or our part of iptables by family; absent where nothing of ours is there. */
interface FirewallState {
  readonly table?: string;
  readonly parts?: Partial<Record<Family, IptablesPart>>;
}

const isDocker = (backend: FirewallBackend): boolean => backend === 'docker-user';

export const firewalls: Keeper<Firewall> = {
  async capture(resource, site) {
    const place = site.place();
    if (resource.backend === 'nft') {
      const table = await tableNow(place, resource.port);
      const state: FirewallState = table === undefined ? {} : { table };
      return captured(resource, { ...state });
    }
    if (resource.backend === 'firewalld') {
      const state = await captureRich(place, resource.port);
      return captured(resource, { ...state });
    }
    const parts = await partsNow(place, resource);
    // Where our jump stands moves with what others put before it.
    const same = Object.values(parts).map(({ rules, jumps }) => ({
      ...(rules ? { rules } : {}),
      jumps: jumps.map(({ from, words }) => ({ from, words: unmarked(words) })),
    }));
    return captured(resource, { parts } satisfies FirewallState, { same });
  },
  async restore({ backend, port }, state, site) {
    const place = site.place();
    const { table, parts = {} } = state as unknown as FirewallState;
    if (backend === 'nft') {
      if ((await tableNow(place, port)) !== table)
        await feed(place, ['nft', '-f', '-'], nftChange(table, port));
      return;
    }
    if (backend === 'firewalld') {
      await restoreRich(place, port, state as unknown as RichState);
      return;
    }
    for (const family of families) {
      const part = parts[family];
      if (part) await makeSo(place, family, { backend, port }, () => part);
    }
  },
};

/** Our part becomes exactly this; done twice it is as done once. */
export async function setFirewall(site: Site, { backend, ...part }: Of<'set-firewall'>): Promise<void> {
  const place = site.place();
  const port = part.ports[0] ?? 0;
  if (backend === 'nft') {
    await feed(place, ['nft', '-f', '-'], nftChange(nftPart(part), port));
    return;
  }
  if (backend === 'firewalld') {
    await setRich(place, part);
    return;
  }
  let done = 0;
  for (const family of families) {
    const save = await saved(place, family);
    const chain = chainOf(backend, family);
    if (save === undefined || (chain !== undefined && !hasChain(save, chain))) continue;
    await makeSo(place, family, { backend, port }, (text, now) =>
      backend === 'ufw' ? ufwPart(text, now, part, family) : iptablesPart(part, family, isDocker(backend)),
    );
    done++;
  }
  if (done === 0)
    throw new Error(
      `there is no ${chainOf(backend, 'ipv4') === undefined ? 'iptables' : `chain ${chainOf(backend, 'ipv4')}`} on ${place.name}`,
    );
}

/** The chain of others without which there is no place for ours. */
const chainOf = (backend: FirewallBackend, family: Family): string | undefined =>
  isDocker(backend) ? 'DOCKER-USER' : backend === 'ufw' ? ufwChains[family] : undefined;

/** Which part of which program's rules. */
type Which = Pick<Firewall, 'backend' | 'port'>;

/** What is ours among the rules that `iptables-save` printed. */
async function readPart(
  place: Place,
  save: string,
  family: Family,
  { backend, port }: Which,
): Promise<IptablesPart> {
  if (backend !== 'ufw') return readIptablesPart(save, port, isDocker(backend));
  const file = await place.read(ufwFiles[family]);
  return readUfwPart(save, file?.bytes.toString('latin1') ?? '', port, family);
}

async function tableNow(place: Place, port: number): Promise<string | undefined> {
  const said = await place.run(['nft', 'list', 'table', 'inet', tableName(port)], { timeout });
  if (said.code === 0) return said.stdout;
  if (/No such file or directory/.test(said.stderr) && said.code !== 127) return undefined;
  throw failureOf('nft', said);
}

async function partsNow(place: Place, resource: Firewall): Promise<Partial<Record<Family, IptablesPart>>> {
  const parts: Partial<Record<Family, IptablesPart>> = {};
  for (const family of families) {
    const save = await saved(place, family);
    if (save !== undefined) parts[family] = await readPart(place, save, family, resource);
  }
  return parts;
}

/** The table `filter` as it is; `undefined` for IPv6 on a host without it. */
async function saved(place: Place, family: Family): Promise<string | undefined> {
  const program = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
  try {
    const said = await place.run([program, '-t', 'filter'], { timeout });
    if (said.code === 0) return said.stdout;
    throw failureOf(program, said);
  } catch (error) {
    // Nobody comes in by a family that the host does not speak.
    if (family === 'ipv6' && !(await speaksIpv6(place))) return undefined;
    throw error;
  }
}

async function speaksIpv6(place: Place): Promise<boolean> {
  try {
    return (await place.run(['cat', '/proc/net/if_inet6'], { timeout })).stdout.trim() !== '';
  } catch {
    return true;
  }
}

/** One family, at once: our chain and the jumps into it, or our rules among those of ufw. */
async function makeSo(
  place: Place,
  family: Family,
  which: Which,
  wantedFor: (save: string, now: IptablesPart) => IptablesPart,
): Promise<void> {
  const save = await saved(place, family);
  if (save === undefined) return;
  const standing = new Map<string, number>();
  for (const [, from = ''] of save.matchAll(/^-A (\S+) /gm))
    standing.set(from, (standing.get(from) ?? 0) + 1);
  const now = await readPart(place, save, family, which);
  const wanted = wantedFor(save, now);
  for (const { from } of now.jumps) standing.set(from, (standing.get(from) ?? 0) - 1);
  // A place beyond the end is refused: others have taken rules away since.
  const jumps = wanted.jumps.map((jump, index) => ({
    ...jump,
    at: Math.min(jump.at, (standing.get(jump.from) ?? 0) + index + 1),
  }));
  const change = iptablesChange(now, { ...wanted, jumps }, which.port, isDocker(which.backend));
  if (change === undefined) return;
  const program = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore';
  await feed(place, [program, '-w', '10', '--noflush'], change);
}
