/** Replicas and Sentinels log in as users of their own. */
import { userNamed, request, type Band } from './band.ts';
import { masterOf } from './bands.ts';
import type { Draft } from './draft.ts';
import { keepSetting, settleNow } from './keeping.ts';
import { nodeKey, type Situation } from './scene.ts';

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
      { claim: 'replicates', node: node.id },
    ],
    secrets: [secret],
    requires: band.servers.map((one) => nodeKey('user', one.node, user)),
  };
}

/**
 * A link that is there stays logged in as it was, until it breaks: it is made anew before the old login goes, so that
 * what is wrong with the new one shows while the way back is open.
 */
export const renewLinks = (
  { checks }: Pick<Band, 'checks'>,
  node: Situation,
  user: string,
  logins: readonly Draft[],
): Draft => ({
  key: nodeKey('renew-links', node.node, user),
  phase: 'links',
  kind: 'replication-login',
  node: node.id,
  title: `Replicas and Sentinels that are here as ${user} come back with their new login`,
  checks,
  does: [{ do: 'renew-links', node: node.id, user }],
  proves: [{ claim: 'replicates', node: node.id }],
  requires: logins.map(({ key }) => key),
});

export function sentinelLogin(band: Band, node: Situation): readonly Draft[] {
  const { sentinelMasters } = node.view;
  const masters = sentinelMasters.known ? sentinelMasters.value : [];
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
