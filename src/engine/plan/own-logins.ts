/** Replicas and Sentinels log in as users of their own. */
import type { Claim, ClientGroup } from '../../model/index.ts';
import { userNamed, request, type Band } from './band.ts';
import { masterOf, mastersAmong } from './bands.ts';
import type { Draft } from './draft.ts';
import { keepSetting, sentinelKeeps, settleNow } from './keeping.ts';
import { nodeKey, type Scene, type Situation } from './scene.ts';

export function replicationLogin(band: Band, node: Situation): Draft | undefined {
  const keeping = keepSetting(node, 'masterauth');
  if (keeping.how === 'nowhere' || !node.configures) return undefined;
  const user = userNamed(band, 'replica');
  const secret = request(band, node, user, `password of user ${user}, for replication`);
  const settled = [
    settleNow(node, 'masteruser', user, keeping),
    settleNow(node, 'masterauth', { secret: secret.id }, keeping),
  ];
  const master = masterOf(band.servers, node);
  return {
    key: nodeKey('replication-login', node.node),
    phase: 'logins',
    kind: 'replication-login',
    node: node.id,
    title:
      node.node.role === 'replica'
        ? `Logs in to its master as ${user}`
        : `Would log in as ${user}, were it a replica one day`,
    checks: band.checks,
    does: settled.flatMap(({ does }) => does),
    proves: [
      ...settled.flatMap(({ proves }) => proves),
      ...(master
        ? [
            {
              claim: 'login',
              node: master.id,
              as: { kind: 'user', user, password: { secret: secret.id } },
              accepted: true,
            } as const,
          ]
        : []),
      ...(node.node.role === 'replica' ? [{ claim: 'replicates', node: node.id } as const] : []),
    ],
    secrets: [secret],
    requires: band.servers.map((one) => nodeKey('user', one.node, user)),
  };
}

/**
 * A link that is there stays logged in as it was, until it breaks: it is made anew before the old login goes, so that
 * what is wrong with the new one shows while the way back is open.
 */
export function renewLinks(
  scene: Scene,
  node: Situation,
  user: string,
  { checks, logins }: { readonly checks: readonly string[]; readonly logins: readonly Draft[] },
): readonly Draft[] {
  const band = scene.nodes.filter((one) => one.band === node.band);
  const links = new Set<ClientGroup['kind']>(['replica', 'sentinel']);
  const isLinked =
    band.some((one) => one.node.mode === 'sentinel') ||
    node.groups.some(({ kind }) => links.has(kind)) ||
    (node.view.replication.known && node.view.replication.value.replicas.length > 0);
  if (logins.length === 0 || !isLinked) return [];
  return [
    {
      key: nodeKey('renew-links', node.node, user),
      phase: 'links',
      kind: 'replication-login',
      node: node.id,
      title: `Replicas and Sentinels that are here as ${user} come back with their new login`,
      checks,
      does: [{ do: 'renew-links', node: node.id, user }],
      proves: replicationOf(scene, node),
      requires: logins.map(({ key }) => key),
    },
  ];
}

/** Asked of its replicas, where they are part of the plan: they know at once what they have. */
export function replicationOf(scene: Scene, node: Situation): readonly Claim[] {
  const below = scene.nodes.filter((one) => one.live && masterOf([node], one) !== undefined);
  return [...(below.length > 0 ? below : [node])].map(({ id }) => ({ claim: 'replicates', node: id }));
}

export function sentinelLogin(band: Band, node: Situation): readonly Draft[] {
  // What it watches beside has no such user.
  const masters = mastersAmong(band.servers, node);
  if (!node.live || masters.length === 0) return [];
  const user = userNamed(band, 'sentinel');
  const [first] = band.servers;
  const secret = request(band, first ?? node, user, `password of user ${user}, for Sentinels`);
  return [
    {
      key: nodeKey('sentinel-login', node.node),
      phase: 'logins',
      kind: 'sentinel-login',
      node: node.id,
      title: `Logs in to the servers that it watches as ${user}`,
      checks: band.checks,
      does: masters.flatMap(({ name: master }) => [
        { do: 'set-sentinel', node: node.id, master, option: 'auth-user', value: user } as const,
        {
          do: 'set-sentinel',
          node: node.id,
          master,
          option: 'auth-pass',
          value: { secret: secret.id },
        } as const,
      ]),
      proves: [
        { claim: 'answers', node: node.id },
        ...masters.flatMap(({ name: master }) =>
          sentinelKeeps(node, master, { 'auth-user': user, 'auth-pass': { secret: secret.id } }),
        ),
        ...band.servers.map(
          ({ id }) =>
            ({
              claim: 'login',
              node: id,
              as: { kind: 'user', user, password: { secret: secret.id } },
              accepted: true,
            }) as const,
        ),
      ],
      secrets: [secret],
      requires: band.servers.map((one) => nodeKey('user', one.node, user)),
    },
  ];
}
