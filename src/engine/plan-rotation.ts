import type { PlannedParts, PlanSubject } from './plan/index.ts';
import { resourcesOf } from './apply/index.ts';
import { bandsOf, mastersAmong, sentinelsBeside, strangersOf } from './plan/bands.ts';
import type { Action, Claim, PlanNode, Step, StepKind, Unmet } from '../model/index.ts';

const hasUsers = (version: string): boolean => Number(version.split('.', 1)[0]) >= 6;

/** How a server keeps its users: in the file that it reads, or by its own hand. */
function keeping(node: PlanNode, user: string): readonly Action[] {
  if (node.aclFile && node.host)
    return [{ do: 'keep-user', node: node.id, user, path: node.aclFile, file: 'aclfile' }];
  if (node.aclFile) return [{ do: 'save', node: node.id, by: 'acl-save' }];
  if (node.conf && node.host)
    return [{ do: 'keep-user', node: node.id, user, path: node.conf, file: 'conf' }];
  return [{ do: 'save', node: node.id, by: 'config-rewrite' }];
}

const settingOf = ({ view }: PlanSubject, name: string): unknown =>
  view.settings.known ? view.settings.value[name]?.value : undefined;

/** Whoever follows a master as this user, or would after a failover: what it logs in with. */
function replicationOf(subject: PlanSubject, user: string, secret: string): readonly Action[] {
  const { node } = subject;
  const as = settingOf(subject, 'masteruser') || 'default';
  if (as !== user || (node.role !== 'replica' && user === 'default')) return [];
  const set: Action = { do: 'set-setting', node: node.id, name: 'masterauth', value: { secret } };
  return node.conf && node.host
    ? [
        set,
        {
          do: 'edit-conf',
          node: node.id,
          path: node.conf,
          changes: [{ do: 'set', name: 'masterauth', args: [{ secret }] }],
        },
      ]
    : [set, { do: 'save', node: node.id, by: 'config-rewrite' }];
}

/** Masters to which a Sentinel logs in as this user: by its file, since it shows no password. */
function mastersOf({ view }: PlanSubject, user: string): ReadonlySet<string> {
  const lines = view.conf.known ? view.conf.value.lines.filter(({ name }) => name === 'sentinel') : [];
  const said = (option: string) => lines.filter(({ args }) => args[0] === option).map(({ args }) => args);
  const logins = new Map([
    // With a password and no name it comes as default.
    ...said('auth-pass').map(([, master]) => [master, 'default'] as const),
    ...said('auth-user').map(([, master, as]) => [master, as] as const),
  ]);
  return new Set(
    [...logins].flatMap(([master, as]) => (as === user && typeof master === 'string' ? [master] : [])),
  );
}

const notRotated = (node: PlanNode, user: string, why: string, advice: string): Unmet => ({
  node: node.id,
  goal: { kind: 'new-password', of: user },
  checks: [],
  severity: 'high',
  why,
  advice,
});

/** Its own password is another matter: Sentinels log in to each other with it. */
const notOfSentinel = ({ node: { id }, view: { conf } }: PlanSubject, user: string): Unmet => ({
  node: id,
  goal: { kind: 'new-password', of: user },
  checks: [],
  severity: 'high',
  why: `${conf.known ? `it does not log in to its servers as ${user}` : `its file was not read (${conf.detail}), so it is not known as whom it logs in`}; the password of a Sentinel itself is also that with which Sentinels log in to each other, and is not rotated here`,
  advice: `on each Sentinel of 6.2 or later ACL SETUSER ${user} >NEW; when all have it, on each SENTINEL CONFIG SET sentinel-pass NEW; give it to the clients; then on each ACL SETUSER ${user} <OLD and SENTINEL FLUSHCONFIG. Before 6.2: requirepass in each file, and a restart of one after the other`,
});

/** What is kept says the same as what runs. */
const isKept = (does: readonly Action[]): readonly Claim[] =>
  does.flatMap((action): readonly Claim[] => {
    if (action.do === 'keep-user') {
      const { node, user, path, file } = action;
      return [{ claim: 'user-kept', node, user, path, file }];
    }
    if (action.do === 'set-setting') {
      const { node, name, value } = action;
      return [{ claim: 'setting', node, name, value }];
    }
    return action.do === 'edit-conf'
      ? action.changes.flatMap((change) =>
          change.do === 'set' && change.args[0] !== undefined
            ? [
                {
                  claim: 'file-sets',
                  node: action.node,
                  path: action.path,
                  name: change.name,
                  value: change.args[0],
                },
              ]
            : [],
        )
      : [];
  });

export interface RotationOptions {
  /** Seconds for which logins of the user are watched once the old password is gone; 3. */
  readonly watchSeconds?: number;
}

/**
 * A password of a user, replaced without a refused login: both are valid on every node while the clients move; the
 * old one goes when all connections are gone that were there before the new one came. Servers keep no record of which
 * password a connection used: a client that reconnects with the old one meanwhile cannot be told from one that moved,
 * so the last step is watched, and taken back, where a login of that user is refused.
 */
export function planRotation(
  subjects: readonly PlanSubject[],
  user: string,
  { watchSeconds = 3 }: RotationOptions = {},
): PlannedParts {
  const secret = `user:${user}`;
  const unmet: Unmet[] = [];
  const unable = new Map<PlanSubject, Unmet>();
  const servers = subjects.filter(({ node }) => node.mode !== 'sentinel');
  const watchers = subjects.filter(({ node }) => node.mode === 'sentinel');
  const linked = watchers.filter((one) => mastersOf(one, user).size > 0);
  for (const one of watchers) if (!linked.includes(one)) unmet.push(notOfSentinel(one, user));
  const bands = bandsOf(subjects);
  const bandOf = ({ node }: PlanSubject): string | undefined => bands.get(node.id);
  for (const subject of servers) {
    const { node } = subject;
    const others = strangersOf([...servers, ...linked], subject, user);
    const beside = sentinelsBeside([...servers, ...linked].filter((one) => bandOf(one) === bandOf(subject)));
    if (!hasUsers(node.version))
      unable.set(
        subject,
        notRotated(
          node,
          user,
          `${node.product} ${node.version} knows one password at a time`,
          'stop its clients, change requirepass, start them with the new one',
        ),
      );
    else if (others.length > 0)
      unable.set(
        subject,
        notRotated(
          node,
          user,
          `${others.map(({ kind, address }) => `${kind} ${address}`).join(', ')} may log in as ${user}, and ${others.some(({ elsewhere }) => elsewhere) ? 'watches nothing at the address by which this server is named' : 'is not named'}`,
          'name every server that has this user, replicas too, and every Sentinel; each by the address that the others know it by',
        ),
      );
    else if (beside)
      unable.set(
        subject,
        notRotated(
          node,
          user,
          `${beside.missing} more ${beside.missing === 1 ? 'Sentinel watches' : 'Sentinels watch'} ${beside.master}, may log in as ${user}, and ${beside.missing === 1 ? 'is' : 'are'} not named`,
          `name every Sentinel of ${beside.master}: SENTINEL SENTINELS ${beside.master} lists the others`,
        ),
      );
  }
  // Links within a band log in with one password: it is replaced on all of its servers, or on none.
  for (const subject of servers) {
    const other = [...unable.keys()].find((one) => bandOf(one) === bandOf(subject));
    if (other && !unable.has(subject))
      unmet.push(
        notRotated(
          subject.node,
          user,
          `${other.node.id}, which belongs together with it, gets no new password`,
          'see there: all of them get it at once',
        ),
      );
  }
  unmet.push(...unable.values());
  const blocked = new Set([...unable.keys()].map(bandOf));
  const able = servers.filter((subject) => !blocked.has(bandOf(subject)));
  const watching = linked.map((subject) => {
    const masters = mastersOf(subject, user);
    const rotated = new Set(mastersAmong(able, subject).map(({ name }) => name));
    const others = [...masters].filter((name) => !rotated.has(name));
    if (others.length > 0)
      unmet.push(
        notRotated(
          subject.node,
          user,
          `it logs in as ${user} to ${others.join(', ')} too, which ${others.length === 1 ? 'gets' : 'get'} no new password here, and so keeps its login there`,
          'name the servers of that master too, by the address that SENTINEL MASTERS shows, where they are to have the same password',
        ),
      );
    const does = [...masters]
      .filter((name) => rotated.has(name))
      .map((master): Action => ({
        do: 'set-sentinel',
        node: subject.node.id,
        master,
        option: 'auth-pass',
        value: { secret },
      }));
    return [subject, does] as const;
  });
  const steps: Step[] = [];
  const add = (
    kind: StepKind,
    node: PlanNode,
    title: string,
    does: readonly Action[],
    more: { readonly guard?: readonly Claim[]; readonly proves: readonly Claim[] },
  ): void => {
    steps.push({
      id: `s${steps.length + 1}`,
      kind,
      node: node.id,
      title,
      checks: [],
      does,
      undo: does.flatMap(resourcesOf),
      guard: more.guard ?? [],
      proves: [...isKept(does), ...more.proves],
      risk: { level: 'none' },
      closes: [],
      needs: node.host ? 'files' : 'server',
    });
  };
  const logsIn = (node: PlanNode): Claim => ({
    claim: 'login',
    node: node.id,
    as: { kind: 'user', user, password: { secret } },
    accepted: true,
  });
  for (const { node } of able)
    add(
      'rotate-add',
      node,
      `user ${user} gets a second password`,
      [{ do: 'set-user', node: node.id, user, rules: [{ secret }] }, ...keeping(node, user)],
      { proves: [logsIn(node)] },
    );
  for (const subject of able) {
    const does = replicationOf(subject, user, secret);
    if (does.length > 0)
      add('replication-login', subject.node, 'the replica logs in with the new password', does, {
        proves: [{ claim: 'replicates', node: subject.node.id }],
      });
  }
  for (const [{ node }, does] of watching)
    if (does.length > 0)
      add('sentinel-login', node, 'Sentinel logs in with the new password', does, {
        proves: [
          { claim: 'answers', node: node.id },
          ...does.flatMap((action): readonly Claim[] =>
            action.do === 'set-sentinel' && node.conf && node.host
              ? [
                  {
                    claim: 'file-sets',
                    node: node.id,
                    path: node.conf,
                    name: `sentinel auth-pass ${action.master}`,
                    value: { secret },
                  },
                ]
              : [],
          ),
        ],
      });
  // A link stays logged in as it was until it breaks: it is made anew while both passwords are valid.
  const follows = steps.some(({ kind }) => kind === 'replication-login' || kind === 'sentinel-login');
  const isFollowed = ({ node: { role }, view: { replication } }: PlanSubject): boolean =>
    role === 'master' || (replication.known && replication.value.replicas.length > 0);
  for (const { node } of able.filter((subject) => follows && isFollowed(subject)))
    add(
      'replication-login',
      node,
      'its replicas and Sentinels come back with the new password',
      [{ do: 'renew-links', node: node.id, user }],
      { proves: [{ claim: 'replicates', node: node.id }] },
    );
  for (const { node } of able)
    add(
      'rotate-remove',
      node,
      `user ${user} has the new password only`,
      [{ do: 'set-user', node: node.id, user, rules: ['resetpass', { secret }] }, ...keeping(node, user)],
      {
        guard: [{ claim: 'moved', node: node.id, user }],
        proves: [
          logsIn(node),
          { claim: 'passwords', node: node.id, user, are: [{ secret }] },
          { claim: 'no-refused-login', node: node.id, user, seconds: watchSeconds },
        ],
      },
    );
  return {
    secrets:
      able.length > 0 ? [{ id: secret, label: `new password of user ${user}`, user, fresh: true }] : [],
    steps,
    held: [],
    unmet,
  };
}
