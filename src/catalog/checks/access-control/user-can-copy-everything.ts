import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant, settings } from '../../example-facts.ts';
import { isOwner } from '../../readings/grants.ts';
import { roleOf } from '../../readings/roles.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A user may pull the whole data set as a replica would',
  severity: 'high',
  why: 'PSYNC or SYNC gives every key of every database in one command. Key patterns do not apply to it, and it leaves no more trace than a replica.',
  remedy:
    'Take psync and sync away from everybody but the user that replicas log in with: ACL SETUSER name -psync -sync.',
  links: [
    'https://redis.io/docs/latest/commands/psync/',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/',
  ],
  needs: ['grants'],
  uses: ['settings'],
  judge({ grants }, { settings: values }) {
    const replicationUser = values.known ? textOf(values.value, 'masteruser') : undefined;
    const named = grants.filter(({ enabled, user }) => enabled && user !== 'default');
    if (named.length === 0) return notApplicable('there is no user beside default');
    return failEach(
      named
        .filter((entry) => {
          const role = roleOf(entry.user);
          if (
            entry.user === replicationUser ||
            role === 'replica' ||
            role === 'backup' ||
            role === 'administrator'
          )
            return false;
          // An owner could give itself the right; that is the finding then.
          return !isOwner(entry) && (entry.can.copy?.length ?? 0) > 0;
        })
        .map(({ user, can }) =>
          fault(
            `user ${user} may run ${listed(can.copy ?? [])}`,
            [{ kind: 'user', name: user, rules: ['-psync', '-sync'] }],
            {
              opens: { as: user, can: ['copy'] },
            },
          ),
        ),
    );
  },
  examples: {
    good: {
      'an application': { grants: [grant('app')] },
      'a replica': {
        grants: [grant('replica', { commands: ['psync', 'replconf'], can: { copy: ['psync'] } })],
      },
      'a replica by another name': {
        grants: [grant('node', { commands: ['psync'], can: { copy: ['psync'] } })],
        settings: settings({ masteruser: 'node' }),
      },
    },
    bad: {
      '-@dangerous was left out': {
        grants: [grant('reports', { commands: ['get', 'psync', 'sync'], can: { copy: ['psync', 'sync'] } })],
      },
    },
    other: { 'only default': { facts: { grants: [grant('default')] }, verdict: 'not-applicable' } },
  },
});
