import type { PlannedParts, PlanSubject } from './plan/index.ts';
import { resourcesOf } from './apply/index.ts';
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

/** What the replicas of a plan log in with where it is this user's password. */
function replicationOf({ node, view }: PlanSubject, user: string, secret: string): readonly Action[] {
  const settings = view.settings.known ? view.settings.value : {};
  const as =
    settings.masteruser?.value === '' || settings.masteruser === undefined
      ? 'default'
      : settings.masteruser.value;
  if (as !== user || node.role !== 'replica') return [];
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

/**
 * A password of a user, replaced without a refused login: both are valid on every node while the clients move; the
 * old one goes when all connections are gone that were there before the new one came. Servers keep no record of which
 * password a connection used: a client that reconnects with the old one meanwhile cannot be told from one that moved,
 * so the last step is watched, and taken back, where a login of that user is refused.
 */
export function planRotation(subjects: readonly PlanSubject[], user: string): PlannedParts {
  const secret = `user:${user}`;
  const unmet: Unmet[] = [];
  const able = subjects.filter(({ node }) => {
    if (hasUsers(node.version)) return true;
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
      proves: more.proves,
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
  for (const { node } of able)
    add(
      'rotate-remove',
      node,
      `user ${user} has the new password only`,
      [{ do: 'set-user', node: node.id, user, rules: ['resetpass', { secret }] }, ...keeping(node, user)],
      { guard: [{ claim: 'moved', node: node.id, user }], proves: [logsIn(node)] },
    );
  return {
    secrets: able.length > 0 ? [{ id: secret, label: `new password of user ${user}`, user }] : [],
    steps,
    held: [],
    unmet,
  };
}
