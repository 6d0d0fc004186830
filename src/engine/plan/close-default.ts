import type { Band } from './band.ts';
import { missingOfCluster } from './bands.ts';
import { cellsOfUser, risksLogin } from './closing.ts';
import { checksOf, holdFor, untilUnused, type Draft } from './draft.ts';
import { holdForLinks } from './foreign-links.ts';
import { dropRequirepass, keepUser, keepUsers } from './keeping.ts';
import { clientsOf, nodeKey, type Scene, type Situation } from './scene.ts';

/** The default user goes, never by `off` alone: what is left of `nopass` would turn everybody away in protected mode. */
export function closeDefault(band: Band, node: Situation, before: readonly Draft[]): Draft {
  const { scene } = band;
  const keeping = keepUsers(node);
  const kept = keepUser(node, 'default', keeping);
  const clients = clientsOf(node).filter(({ user }) => user === 'default');
  return {
    key: nodeKey('close-default', node.node),
    phase: 'close',
    kind: 'close-default',
    node: node.id,
    title: 'Nobody gets in as default',
    checks: checksOf(band.moves.filter((wish) => wish.node === node.id)),
    does: [
      { do: 'set-user', node: node.id, user: 'default', rules: ['resetpass', 'off'] },
      ...kept.does,
      ...dropRequirepass(node, keeping),
    ],
    guard: untilUnused(scene.input.refuse, node.id, 'default'),
    proves: [
      { claim: 'login', node: node.id, as: { kind: 'nobody' }, accepted: false },
      { claim: 'login', node: node.id, as: { kind: 'wrong', user: 'default' }, accepted: false },
      { claim: 'login', node: node.id, as: { kind: 'operator' }, accepted: true },
      // Where it has a password, strangers are refused before as well as after.
      { claim: 'user-has', node: node.id, user: 'default', words: ['off'] },
      { claim: 'passwords', node: node.id, user: 'default', are: [] },
      ...kept.proves,
    ],
    risk: {
      level: 'refuses',
      why: risksLogin(
        node,
        clients.length > 0
          ? `clients that still come without a login: ${[...new Set(clients.map(({ address }) => address))].slice(0, 6).join(', ')}; it waits until they have moved`
          : 'clients that come without a login and were not seen',
      ),
    },
    closes: cellsOfUser(node, 'default'),
    requires: before.map(({ key }) => key),
    held: holdDefault(scene, node),
  };
}

/** Clients move by themselves, given time; links from hosts that this plan does not change do not. */
function holdDefault(scene: Scene, node: Situation): Draft['held'] {
  const { nodes, refuse } = scene.input;
  if (node.live && node.census === undefined)
    return holdFor(refuse, ['default'], 'Nobody looked who logs in as default.');
  const others = missingOfCluster(nodes, node);
  return (
    holdForLinks(scene, node, 'default') ??
    (others.length === 0 || refuse.includes('cluster')
      ? undefined
      : {
          why: `${others.slice(0, 6).join(', ')} of the same cluster are no part of this plan, and clients use one login for all nodes.`,
          release: `${others.map((address) => `redis://${address}`).join(' ')} as further targets, or --refuse cluster`,
        })
  );
}
