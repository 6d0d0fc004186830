import {
  families,
  hasChain,
  iptablesChange,
  iptablesPart,
  nftChange,
  nftPart,
  readIptablesPart,
  tableName,
  type IptablesPart,
} from '../../catalog/firewalls/print/index.ts';
import type { Family } from '../../lang/packets/index.ts';
import { printable } from '../../lang/text/index.ts';
import type { Action, FirewallBackend, Resource } from '../../model/index.ts';
import type { Place, Ran } from '../place/index.ts';
import { captured } from './capture.ts';
import type { Keeper, Site } from './site.ts';

type Firewall = Extract<Resource, { kind: 'firewall' }>;
type Of<D extends Action['do']> = Extract<Action, { do: D }>;

/** Our table as nft lists it, or our part of iptables by family; absent where nothing of ours is there. */
interface FirewallState {
  readonly table?: string;
  readonly parts?: Partial<Record<Family, IptablesPart>>;
}

const timeout = 20_000;
const isDocker = (backend: FirewallBackend): boolean => backend === 'docker-user';

export const firewalls: Keeper<Firewall> = {
  async capture(resource, site) {
    const place = site.place();
    if (resource.backend === 'nft') {
      const table = await tableNow(place, resource.port);
      const state: FirewallState = table === undefined ? {} : { table };
      return captured(resource, { ...state });
    }
    const parts = await partsNow(place, resource);
    // Where our jump stands moves with what others put before it.
    const same = Object.values(parts).map(({ rules, jumps }) => ({
      ...(rules ? { rules } : {}),
      jumps: jumps.map(({ from, words }) => ({ from, words })),
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
    for (const family of families) {
      const part = parts[family];
      if (part) await makeSo(place, family, part, port, isDocker(backend));
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
  let done = 0;
  for (const family of families) {
    const save = await saved(place, family);
    if (save === undefined || (isDocker(backend) && !hasChain(save, 'DOCKER-USER'))) continue;
    await makeSo(place, family, iptablesPart(part, family, isDocker(backend)), port, isDocker(backend));
    done++;
  }
  if (done === 0)
    throw new Error(
      isDocker(backend)
        ? `there is no chain DOCKER-USER on ${place.name}`
        : `there is no iptables on ${place.name}`,
    );
}

async function tableNow(place: Place, port: number): Promise<string | undefined> {
  const said = await place.run(['nft', 'list', 'table', 'inet', tableName(port)], { timeout });
  if (said.code === 0) return said.stdout;
  if (/No such file or directory/.test(said.stderr) && said.code !== 127) return undefined;
  throw new Error(`nft: ${wordsOf(said)}`);
}

async function partsNow(
  place: Place,
  { backend, port }: Firewall,
): Promise<Partial<Record<Family, IptablesPart>>> {
  const parts: Partial<Record<Family, IptablesPart>> = {};
  for (const family of families) {
    const save = await saved(place, family);
    if (save !== undefined) parts[family] = readIptablesPart(save, port, isDocker(backend));
  }
  return parts;
}

/** The table `filter` as it is; `undefined` for IPv6 on a host without it. */
async function saved(place: Place, family: Family): Promise<string | undefined> {
  const program = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
  try {
    const said = await place.run([program, '-t', 'filter'], { timeout });
    if (said.code === 0) return said.stdout;
    throw new Error(`${program}: ${wordsOf(said)}`);
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

/** One family, at once: our chain and the jumps into it. */
async function makeSo(
  place: Place,
  family: Family,
  wanted: IptablesPart,
  port: number,
  docker: boolean,
): Promise<void> {
  const save = await saved(place, family);
  if (save === undefined) return;
  const standing = new Map<string, number>();
  for (const [, from = ''] of save.matchAll(/^-A (\S+) /gm))
    standing.set(from, (standing.get(from) ?? 0) + 1);
  const now = readIptablesPart(save, port, docker);
  for (const { from } of now.jumps) standing.set(from, (standing.get(from) ?? 0) - 1);
  // A place beyond the end is refused: others have taken rules away since.
  const jumps = wanted.jumps.map((jump, index) => ({
    ...jump,
    at: Math.min(jump.at, (standing.get(jump.from) ?? 0) + index + 1),
  }));
  const change = iptablesChange(now, { ...wanted, jumps }, port, docker);
  if (change === undefined) return;
  const program = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore';
  await feed(place, [program, '-w', '10', '--noflush'], change);
}

async function feed(place: Place, argv: readonly string[], input: string): Promise<void> {
  const said = await place.run(argv, { timeout, input: Buffer.from(input) });
  if (said.code !== 0) throw new Error(`${argv[0]}: ${wordsOf(said)}`);
}

const wordsOf = ({ code, stderr }: Ran): string => {
  const [first = ''] = stderr.trim().split('\n', 1);
  return first === '' ? `ended with ${code}` : printable(first.slice(0, 300));
};
