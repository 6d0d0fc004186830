import type { PlannedParts, PlanSubject } from './plan/index.ts';
import { resourcesOf } from './apply/index.ts';
import { strangersOf } from './plan/bands.ts';
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

/** A Sentinel that logs in to the servers as this user: by its file, since it shows no password. */
function watchingAs({ node, view }: PlanSubject, user: string, secret: string): readonly Action[] {
  const lines = view.conf.known ? view.conf.value.lines.filter(({ name }) => name === 'sentinel') : [];
  const said = (option: string) => lines.filter(({ args }) => args[0] === option).map(({ args }) => args);
  const logins = new Map([
    // With a password and no name it comes as default.
    ...said('auth-pass').map(([, master]) => [master, 'default'] as const),
    ...said('auth-user').map(([, master, as]) => [master, as] as const),
  ]);
  return [...logins].flatMap(([master, as]): readonly Action[] =>
    as !== user || typeof master !== 'string'
      ? []
      : [
          {
            do: 'set-sentinel',
            node: node.id,
            master,
            option: 'auth-pass',
            value: { secret },
          },
        ],
  );
}

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
  const watching = new Map(
    subjects
      .filter(({ node }) => node.mode === 'sentinel')
      .map((subject) => [subject, watchingAs(subject, user, secret)]),
  );
  const able = subjects.filter((subject) => {
    const { node } = subject;
    if (node.mode === 'sentinel') {
      if (watching.get(subject)?.length === 0) unmet.push(notOfSentinel(subject, user));
      return false;
    }
    const others = strangersOf(subjects, subject, user);
    if (hasUsers(node.version) && others.length === 0) return true;
    if (hasUsers(node.version)) {
      unmet.push({
        node: node.id,
        goal: { kind: 'new-password', of: user },
        checks: [],
        severity: 'high',
        why: `${others.map(({ kind, address }) => `${kind} ${address}`).join(', ')} may log in as ${user}, and is not named`,
        advice: 'name every server that has this user, replicas too',
      });
      return false;
    }
    unmet.push({
      node: node.id,
      goal: { kind: 'new-password', of: user },
      checks: [],
      severity: 'high',
      why: `${node.product} ${node.version} knows one password at a time`,
      advice: 'stop its clients, change requirepass, start them with the new one',
    });
    return false;
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
