import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { hasOtherAdministrator } from '../../readings/default-user.ts';
import { grant, user } from '../../example-facts.ts';
import { isOwner } from '../../readings/grants.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'The default user still owns the server, although named users exist',
  severity: 'medium',
  why: 'Named users were made so that each has its rights and its traces. As long as the default user may do everything, an old requirepass in any script undoes that, and nobody can tell who did what.',
  remedy:
    'See who still logs in as the default user (CLIENT LIST; replicas without masteruser and Sentinels without auth-user do), move them to named users, and make sure that one of those may administer. Then ACL SETUSER default resetpass off.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users', 'grants'],
  judge({ users, grants }) {
    const named = users.filter(({ name, enabled }) => name !== 'default' && enabled).map(({ name }) => name);
    if (named.length === 0) return notApplicable('there is no user beside default');
    const main = users.find(({ name }) => name === 'default');
    const mine = grants.find((entry) => entry.user === 'default');
    // Without a password it is open to all, which is said louder elsewhere.
    if (!main?.enabled || main.noPassword || !mine || !isOwner(mine)) return failEach([]);
    return failEach([
      fault(
        `user default is on and may change settings or users, beside ${listed(named)}`,
        [
          hasOtherAdministrator(users)
            ? { kind: 'user', name: 'default', rules: ['resetpass', 'off'] }
            : {
                kind: 'investigate',
                what: 'a named user for administration; only then default resetpass off',
              },
        ],
        { opens: { as: 'default', can: ['control', 'execute'] }, where: main.where },
      ),
    ]);
  },
  examples: {
    good: {
      'switched off': {
        users: [user('default', { enabled: false, passwords: [] }), user('app')],
        grants: [grant('default', { enabled: false, commands: ['config|set'] })],
      },
      'on, with few rights': {
        users: [user('default'), user('app')],
        grants: [grant('default', { commands: ['ping'], can: {} })],
      },
    },
    bad: {
      'as before the users came': {
        users: [user('default'), user('app')],
        grants: [
          grant('default', {
            commands: ['get', 'config|set', 'acl|setuser'],
            can: { control: ['config|set'] },
          }),
        ],
      },
    },
    other: {
      'nobody else': {
        facts: { users: [user('default')], grants: [grant('default')] },
        verdict: 'not-applicable',
      },
    },
  },
});
