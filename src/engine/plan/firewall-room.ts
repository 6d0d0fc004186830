import { doorsOf, isContained, isLoopback } from '../../catalog/readings/listening.ts';
import { allowedOf, families } from '../../catalog/firewalls/print/index.ts';
import { fromCidr, intersect, isEmpty } from '../../lang/packets/index.ts';
import type { Action, Claim, Goal, Origin } from '../../model/index.ts';
import { cellsByDoor, isRemote } from './closing.ts';
import { checksOf, holdFor, nothing, refused, together, type Answer, type Hold, type Room } from './draft.ts';
import { areKept, areThere, soAlready } from './firewall-already.ts';
import { chosenFor, type Chosen } from './firewall-backend.ts';
import { kept } from './firewall-keeping.ts';
import { reachingIn, withOurs } from './firewall-network.ts';
import { newcomers } from './firewall-newcomers.ts';
import { namedAsBefore } from './firewall-parts.ts';
import { allowedAfter, saidIn } from './firewall-sources.ts';
import { neededAt, type NeededSource } from './firewall-users.ts';
import { nodeKey, type Scene, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

/** Answers of the user: who reaches the server; the ports, where not all of it; `reboot`, where not for longer. */
export const answerNames = {
  from: 'reachable-from',
  ports: 'reachable-ports',
  until: 'reachable-until',
} as const;

type ReachGoal = Extract<Goal, { kind: 'reachable-only' }>;
type ReachWish = Wish & { readonly goal: ReachGoal };
const isReach = (wish: Wish): wish is ReachWish => wish.goal.kind === 'reachable-only';

/** Only those whom the user names reach the ports of the server: rules of ours in the packet filter of its host. */
export const letsInOnly: Room = (scene, wishes) =>
  together(
    scene.nodes.map((node) => {
      const own = wishes.filter((wish) => wish.node === node.id).filter(isReach);
      const answer = scene.input.answers.get(answerNames.from);
      if (answer === undefined) return own.length === 0 ? nothing : question(node, own);
      if (!node.live && own.length === 0) return nothing;
      const ports = portsOf(scene, node);
      return firewallAt(scene, node, own.length > 0 ? own : [wishFor(node, ports, answer)], ports, answer);
    }),
  );

/** Nobody found anything, and the user asks for it all the same. */
const wishFor = (node: Situation, [port = 6379]: readonly number[], from: string): ReachWish => ({
  node: node.id,
  goal: { kind: 'reachable-only', port, from },
  checks: [],
  themes: [],
  severity: 'medium',
});

function question(node: Situation, wishes: readonly ReachWish[]): Answer {
  const seen = [...new Set(neededAt(node).map(({ address }) => address))];
  return {
    drafts: [],
    taken: wishes,
    unmet: wishes.map(({ node: id, goal, checks, severity }) => ({
      node: id,
      goal,
      checks,
      severity,
      why: `Only you know who needs port ${goal.port}: ${goal.from}.`,
      advice: `Answer with --set ${answerNames.from}=${seen.length > 0 ? seen.slice(0, 8).join(',') : '10.0.0.0/8,192.168.1.5'}${seen.length > 0 ? ' (those who were seen)' : ''}: rules of the host’s packet filter then keep all others out. Or let your network’s own firewall do it.`,
    })),
  };
}

/** Ports that others than this host can knock at: those of clients, and of the bus. */
function portsOf({ input: { answers } }: Scene, node: Situation): readonly number[] {
  const said = answers.get(answerNames.ports);
  if (said !== undefined) return said.split(/[\s,]+/).map(Number);
  const { listeners, settings } = node.view;
  const doors = (doorsOf(listeners, settings) ?? []).filter(({ address }) => !isLoopback(address));
  const bus = listeners.known
    ? listeners.value.filter(({ purpose, address }) => purpose === 'bus' && !isLoopback(address))
    : [];
  const first = node.node.target.kind === 'tcp' ? node.node.target.port : 0;
  const ports = [...new Set([...doors, ...bus].flatMap(({ port }) => port ?? []))];
  return ports.toSorted((a, b) => Number(b === first) - Number(a === first) || a - b);
}

/** Ports that are not the server's: that of the SSH session which does this could be among them. */
function othersOf(
  { view: { listeners }, node: { target } }: Situation,
  ports: readonly number[],
): readonly number[] {
  if (!listeners.known) return [];
  const own = listeners.value.flatMap(({ purpose, port = 0 }) => (purpose === 'other' ? [] : [port]));
  const known = target.kind === 'tcp' ? [...own, target.port] : own;
  // The bus of a cluster stands beside the port of clients.
  return ports.filter((port) => !known.includes(port) && !known.includes(port - 10_000));
}

function firewallAt(
  scene: Scene,
  node: Situation,
  wishes: readonly ReachWish[],
  ports: readonly number[],
  answer: string,
): Answer {
  const no = (why: string, advice: string): Answer => refused(wishes, why, advice);
  const { firewall } = node.view;
  const said = saidIn(answer);
  const { wrong } = said;
  if (wrong.length > 0)
    return no(
      `${wrong.slice(0, 4).join(', ')} is no address and no network.`,
      `Answer with --set ${answerNames.from}=10.0.0.0/8,192.168.1.5.`,
    );
  if (ports.length === 0) return no('Nobody else reaches a port of it.', 'Nothing is to be done.');
  if (
    ports.length > 15 ||
    ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535 || port === 22)
  )
    return no('These are no ports of a server.', `Name up to 15 with --set ${answerNames.ports}=6379,16379.`);
  const others = othersOf(node, ports);
  if (others.length > 0)
    return no(
      `The server does not listen on port ${others.join(', ')}: what does might be the way in for whoever administers the host.`,
      `Name only its own ports with --set ${answerNames.ports}.`,
    );
  if (node.node.host === undefined)
    return no(
      'The rules are on a host that Keyward does not reach.',
      `Run Keyward there as root, or let its firewall admit only ${said.sources.join(', ')} to port ${ports.join(', ')}.`,
    );
  if (!firewall.known)
    return no(
      `The rules of its host were not read: ${firewall.detail}.`,
      'Run Keyward as root where the server runs.',
    );
  const first = chosenFor(firewall.value, ports, said.sources);
  if ('why' in first) return no(first.why, first.advice);
  const place = namedAsBefore(first, firewall.value, said.how);
  if ('why' in place) return no(place.why, place.advice);
  const whom = allowedAfter(said, node, ports, place, place.before);
  if ('why' in whom) return no(whom.why, whom.advice);
  const { allow } = whom;
  const chosen: Chosen = { ...place, ours: place.ours.map((part) => ({ ...part, allow })) };
  const opened = said.how === 'deny' ? newcomers(chosen) : undefined;
  if (opened) return no(opened.why, opened.advice);
  const { ours, layer } = chosen;
  const keeping = kept(
    node.id,
    firewall.value,
    layer.rules,
    ours,
    firewall.value.inside && isContained(node.view.container),
  );
  const shown =
    allow.length === 0 ? 'this host' : `${allow.slice(0, 4).join(', ')}${allow.length > 4 ? ' …' : ''}`;
  const outer = ours[0]?.ports ?? ports;
  const lasts = !('why' in keeping);
  if (areThere(layer, ours, firewall.value.saved) && (!lasts || areKept(firewall.value.saved, keeping.does)))
    return no(
      soAlready(
        `only ${shown} ${allow.length > 1 ? 'open' : 'opens'} connections to port ${outer.join(', ')}${lasts ? '' : ', until the host starts anew'}.`,
      ),
      lasts ? 'Nothing is to be done.' : `${keeping.why}.`,
    );
  const needed = neededAt(node);
  return {
    unmet: [],
    taken: wishes,
    drafts: [
      {
        key: nodeKey('firewall', node.node),
        phase: 'doors',
        kind: 'firewall',
        node: node.id,
        title: `Only ${shown} ${allow.length > 1 ? 'open' : 'opens'} connections to port ${outer.join(', ')} (${ours.map(({ backend }) => backend).join(', ')})${'why' in keeping ? ', until the host starts anew' : ''}`,
        checks: checksOf(wishes),
        does: inOrder(
          ours.map((part) => ({ do: 'set-firewall', node: node.id, ...part }) as const),
          'why' in keeping ? [] : keeping.does,
        ),
        proves: provesFor(node, chosen, allow, needed),
        risk: { level: 'refuses', why: 'whoever comes from elsewhere, and was not seen' },
        closes: cellsByDoor(node, closed(ports, allow)),
        held: holdOf(scene, node, chosen, needed, 'why' in keeping ? keeping.why : undefined),
      },
    ],
  };
}

/** By its file ufw's rules of ours are found again: it is written first, and put back last. */
const inOrder = (sets: readonly Action[], keeps: readonly Action[]): readonly Action[] => {
  const isUfw = (action: Action): boolean => 'backend' in action && action.backend === 'ufw';
  return [...keeps.filter(isUfw), ...sets, ...keeps.filter((one) => !isUfw(one))];
};

/** Nobody of those who came in by it is among the allowed. */
const closed =
  (ports: readonly number[], allow: readonly string[]) =>
  (origin: Origin): boolean =>
    isRemote(origin) &&
    'port' in origin.via &&
    ports.includes(origin.via.port) &&
    origin.sources.length > 0 &&
    origin.sources.every((text) => {
      const set = fromCidr(text);
      return set !== undefined && isEmpty(intersect(set, allowedOf(allow, set.family)));
    });

/** Addresses of the host behind which Docker hides who comes. */
const isOwnAddress = ({ layer }: Chosen, address: string): boolean =>
  layer.interfaces.some(({ addresses }) => addresses.includes(address));

const most = 40;

function provesFor(
  node: Situation,
  chosen: Chosen,
  allow: readonly string[],
  needed: readonly NeededSource[],
): readonly Claim[] {
  const ports = chosen.ours[0]?.ports ?? [];
  const after = reachingIn(chosen.layer, withOurs(chosen.layer.rules, chosen.ours));
  const come = [...new Set(needed.map(({ address }) => address))].filter(
    (address) => !isOwnAddress(chosen, address) && after.refusal(address, ports[0] ?? 0) === undefined,
  );
  return [
    ...ports.flatMap((port) =>
      families.map((family): Claim => {
        const except = allow.filter((text) => fromCidr(text)?.family === family);
        const source = family === 'ipv4' ? '0.0.0.0/0' : '::/0';
        return {
          claim: 'firewall-allows',
          node: node.id,
          port,
          source,
          ...(except.length > 0 ? { except } : {}),
          allowed: false,
        };
      }),
    ),
    ...come.slice(0, most).map((source): Claim => ({
      claim: 'firewall-allows',
      node: node.id,
      port: ports[0] ?? 0,
      source,
      allowed: true,
    })),
    // Over a new connection: a packet of our own.
    { claim: 'login', node: node.id, as: { kind: 'operator' }, accepted: true },
  ];
}

/** Who was seen and would be refused, by the rules as they would be; what nobody could see; what would not last. */
function holdOf(
  { input: { refuse, answers } }: Scene,
  node: Situation,
  chosen: Chosen,
  needed: readonly NeededSource[],
  lost: string | undefined,
): Hold | undefined {
  const after = reachingIn(chosen.layer, withOurs(chosen.layer.rules, chosen.ours));
  const ports = chosen.ours[0]?.ports ?? [];
  const cut = needed.filter(
    ({ address }) => isOwnAddress(chosen, address) || after.refusal(address, ports[0] ?? 0) !== undefined,
  );
  const holds = [
    node.census === undefined
      ? holdFor(
          refuse,
          ['unseen'],
          'Nobody looked who uses the server: whoever is not in the list is refused.',
        )
      : undefined,
    holdFor(
      refuse,
      cut.map(({ name }) => name),
      `${cut
        .slice(0, 4)
        .map(({ name }) => name)
        .join(
          ', ',
        )}${cut.length > 4 ? ` and ${cut.length - 4} more` : ''} would be refused, or cannot be seen from where: ${cut[0]?.address ?? ''} is not in the list.`,
    ),
    lost === undefined || answers.get(answerNames.until) === 'reboot'
      ? undefined
      : { why: `${lost}.`, release: `--set ${answerNames.until}=reboot` },
  ].filter((hold) => hold !== undefined);
  return holds.length === 0
    ? undefined
    : { why: holds.map(({ why }) => why).join(' '), release: holds.map(({ release }) => release).join(' ') };
}
