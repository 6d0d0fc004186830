/** Replicas and Sentinels log in with a new password before their master asks for it. */
import type { SecretRequest } from '../../model/index.ts';
import { masterOf, mastersAmong } from './bands.ts';
import type { Draft } from './draft.ts';
import { keepSetting, sentinelKeeps, settleNow } from './keeping.ts';
import { nodeKey, textOf, type Scene, type Situation } from './scene.ts';

interface NewLogin {
  /** As whom; `undefined` where there are no users. */
  readonly user: string | undefined;
  readonly secret: SecretRequest;
  readonly checks: readonly string[];
}

const isReplicated = (band: readonly Situation[]): boolean =>
  band.some(
    ({ node, view }) =>
      node.role === 'replica' ||
      node.mode === 'cluster' ||
      (view.replication.known && view.replication.value.replicas.length > 0),
  );

/** Whoever of its band follows a master as this user, or may do so after the next failover. */
export function linkLogins(
  scene: Scene,
  node: Situation,
  { user, secret, checks }: NewLogin,
): readonly Draft[] {
  const band = scene.nodes.filter((one) => one.band === node.band && one.live);
  const servers = band.filter((one) => one.node.mode !== 'sentinel');
  const value = { secret: secret.id };
  const as = (one: Situation): string => (textOf(one, 'masteruser') ?? '') || 'default';
  const followers = isReplicated(servers)
    ? servers.filter((one) => one.configures && (user === undefined || as(one) === user))
    : [];
  const watchers = node.groups.some(
    (group) => group.kind === 'sentinel' && group.user === (user ?? 'default'),
  )
    ? band.filter((one) => one.node.mode === 'sentinel')
    : [];
  const replicas = followers.flatMap((one): readonly Draft[] => {
    const keeping = keepSetting(one, 'masterauth');
    if (keeping.how === 'nowhere') return [];
    return [
      {
        ...settleNow(one, 'masterauth', value, keeping),
        key: nodeKey('replication-login', one.node),
        phase: 'logins',
        kind: 'replication-login',
        node: one.id,
        title: 'Logs in to its master with the new password',
        checks,
        secrets: [secret],
      },
    ];
  });
  const sentinels = watchers.flatMap((one): readonly Draft[] => {
    // What it watches beside keeps its password.
    const masters = mastersAmong([node, masterOf(servers, node) ?? node], one);
    return masters.length === 0
      ? []
      : [
          {
            key: nodeKey('sentinel-login', one.node, node.id),
            phase: 'logins',
            kind: 'sentinel-login',
            node: one.id,
            title: 'Logs in to the servers that it watches with the new password',
            checks,
            does: masters.map(
              ({ name: master }) =>
                ({ do: 'set-sentinel', node: one.id, master, option: 'auth-pass', value }) as const,
            ),
            proves: [
              { claim: 'answers', node: one.id },
              ...masters.flatMap(({ name: master }) => sentinelKeeps(one, master, { 'auth-pass': value })),
            ],
            secrets: [secret],
          },
        ];
  });
  return [...replicas, ...sentinels];
}
