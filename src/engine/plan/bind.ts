/** The server listens where its clients were seen to come in, and nowhere else. */
import type { ClientGroup, Goal } from '../../model/index.ts';
import { isAddress } from '../../lang/address/index.ts';
import { boundAddresses } from '../../catalog/readings/listening.ts';
import { cellsByDoor } from './closing.ts';
import {
  checksOf,
  holdFor,
  nothing,
  refused,
  together,
  type Answer,
  type Draft,
  type Room,
} from './draft.ts';
import { keepSetting, settleInFile, settleNow } from './keeping.ts';
import { isLoopback } from './loopback.ts';
import { isLocalAddress, nameOfGroup, nodeKey, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

type BindWish = Wish & { readonly goal: Extract<Goal, { kind: 'setting' }> };
const isBind = (wish: Wish): wish is BindWish => wish.goal.kind === 'setting' && wish.goal.name === 'bind';

export const narrowsBind: Room = (scene, wishes) =>
  together(
    scene.nodes.map((node) => {
      const own = wishes.filter((wish) => wish.node === node.id).filter(isBind);
      return own.length === 0 ? nothing : bindAt(scene, node, own);
    }),
  );

const bare = (address: string): string => address.replace(/^-/, '');
const isEvery = (address: string): boolean => /^(?:\*|::\*?|0\.0\.0\.0)$/.test(bare(address));

/** Addresses of the server that it must go on listening at, or a question that only a person can answer. */
function needed(node: Situation): readonly string[] | { readonly ask: string } {
  const { target } = node.node;
  const remote = node.groups.filter(({ address, kind }) => kind !== 'master' && !isLocalAddress(address));
  const blind = remote.filter(({ to }) => to === undefined);
  if (node.live && node.census === undefined) return { ask: 'nobody looked from where its clients come' };
  if (blind.length > 0)
    return {
      ask: `this version does not tell at which of its addresses ${[...new Set(blind.map(({ address }) => address))].slice(0, 4).join(', ')} came in`,
    };
  if (
    node.node.role === 'replica' ||
    (node.view.replication.known && node.view.replication.value.replicas.length > 0)
  )
    return { ask: 'after a failover its clients come to another server, by addresses that nobody saw yet' };
  if (node.view.container.known && node.view.container.value !== 'none')
    return { ask: 'in a container it is said outside which ports are published' };
  const { clusterNodes } = node.view;
  const own = clusterNodes.known ? clusterNodes.value.filter(({ self }) => self) : [];
  if (node.node.mode === 'cluster' && own.every(({ address }) => isLocalAddress(address)))
    return { ask: 'the other nodes of its cluster reach it at an address that it does not tell' };
  const asked = askedAt(node);
  if (asked === undefined && target.kind === 'tcp')
    return { ask: `${target.host} is a name, and may mean several of its addresses` };
  return [
    ...new Set([
      ...remote.flatMap(({ to }) => to?.address ?? []),
      ...own.map(({ address }) => address),
      // We came by it ourselves, and so must whoever confirms.
      ...(asked === undefined ? [] : [asked]),
    ]),
  ].filter((address) => !isLoopback(address) && address !== '');
}

/** The address by which we came. */
function askedAt({ node: { target }, view: { endpoint } }: Situation): string | undefined {
  if (target.kind !== 'tcp') return undefined;
  if (endpoint.known) return endpoint.value.address;
  if (target.host === 'localhost') return '127.0.0.1';
  return isAddress(target.host) ? target.host : undefined;
}

/** Loopback first, as every sample has it; the second family where a missing address is no error. */
function loopbacks(node: Situation): readonly string[] {
  const { hostAddresses } = node.view;
  const bound = node.view.settings.known ? boundAddresses(node.settings) : ['0.0.0.0'];
  const covers = (address: string, every: string): boolean =>
    bound.some((one) => one === every || one === address);
  const six = hostAddresses.known && hostAddresses.value.some(({ address }) => address === '::1');
  return [
    ...(covers('127.0.0.1', '0.0.0.0') ? ['127.0.0.1'] : []),
    ...(covers('::1', '::')
      ? node.flavour?.optionalAddresses(node.version) === true
        ? ['-::1']
        : six
          ? ['::1']
          : []
      : []),
  ];
}

function bindAt(scene: Scene, node: Situation, wishes: readonly BindWish[]): Answer {
  // A file by itself has no clients that anybody could look at: what a finding says, or nothing.
  const said = wishes.flatMap(({ goal }) => ('value' in goal ? [goal.value] : []));
  const answered = scene.input.answers.get('bind') ?? (node.live ? undefined : said[0]);
  const must = needed(node);
  if (answered === undefined && 'ask' in must)
    return refused(
      wishes,
      `Only you know which addresses its clients use: ${must.ask}.`,
      'Answer with --set bind="127.0.0.1 10.0.0.5", or leave it to a firewall.',
    );
  const words =
    answered?.split(/\s+/).filter((word) => word !== '') ??
    ('ask' in must ? [] : [...loopbacks(node), ...must.toSorted()]);
  if (words.length === 0 || words.length > 16)
    return refused(
      wishes,
      'There is no address left to listen at.',
      'Answer with --set bind="127.0.0.1 10.0.0.5".',
    );
  const present = (node.settings.bind?.value ?? '') === words.join(' ');
  if (present || words.some(isEvery))
    return refused(
      wishes,
      'Its clients come in by every address that it has.',
      'Let a firewall say who reaches the port.',
    );
  const effect = node.flavour?.effect('bind', node.version);
  const keeping = keepSetting(node, 'bind');
  if (effect === undefined || keeping.how === 'nowhere')
    return keeping.how === 'nowhere'
      ? refused(wishes, keeping.why, keeping.advice)
      : refused(
          wishes,
          'It is not known how this server takes bind.',
          `See ${node.flavour?.manual ?? 'its manual'}.`,
        );
  const value = words.join(' ');
  const listens = (address: string): boolean => words.some((word) => bare(word) === address);
  const cut = cutOff(node, listens);
  const base: Pick<Draft, 'key' | 'kind' | 'node' | 'title' | 'checks' | 'risk' | 'closes' | 'held'> = {
    key: nodeKey('bind', node.node),
    kind: 'bind',
    node: node.id,
    title: `Listens at ${value}, and nowhere else`,
    checks: checksOf(wishes),
    risk: { level: 'refuses', why: 'clients that come in by another address, and were not seen' },
    closes: cellsByDoor(
      node,
      ({ via }) =>
        'port' in via &&
        !listens(via.address) &&
        !(isLoopback(via.address) && words.some((word) => isLoopback(bare(word)))),
    ),
    held: holdFor(
      scene.input.refuse,
      cut.map(nameOfGroup),
      `${cut.map(nameOfGroup).join(', ')} comes in by an address that would be closed.`,
    ),
  };
  const now = effect === 'now' && node.live && node.configures;
  if (!now && keeping.how !== 'file')
    return refused(
      wishes,
      'This version takes bind only from its file when it starts, and the file is out of reach.',
      'Run Keyward where the server runs.',
    );
  const settled = now
    ? settleNow(node, 'bind', value, keeping)
    : keeping.how === 'file'
      ? settleInFile(node, 'bind', value, keeping.path)
      : { does: [], proves: [] };
  return {
    unmet: [],
    taken: wishes,
    drafts: [{ ...base, ...settled, phase: now ? 'doors' : 'start', restarts: !now && node.live }],
  };
}

/** Clients that were seen to come in by an address that goes. */
const cutOff = (node: Situation, listens: (address: string) => boolean): readonly ClientGroup[] =>
  node.groups.filter(
    ({ to, address, kind }) =>
      kind !== 'master' &&
      !isLocalAddress(address) &&
      (to === undefined || (!listens(to.address) && !isLoopback(to.address))),
  );
