import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, user } from '../../example-facts.ts';
import { hasUsers } from '../../readings/release.ts';

export default defineCheck({
  title: 'Every client is the same user, the default one',
  severity: 'low',
  why: 'With only the default user, every application, script and person has all rights and one password between them: none can be limited, none can be told apart, and rotation stops them all.',
  remedy:
    'Make one user for each application with the commands and keys that it needs, and one for administration; move the clients, replicas and Sentinels. Then switch the default user off: ACL SETUSER default resetpass off.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users', 'identity'],
  judge({ users, identity: who }) {
    if (hasUsers(who) === false) return notApplicable('this server has no users; only one password');
    if (who.mode === 'sentinel')
      return notApplicable('a Sentinel serves other Sentinels and client libraries');
    const enabled = users.filter(({ enabled: on }) => on);
    const main = enabled.find(({ name }) => name === 'default');
    if (enabled.length !== 1 || main === undefined) return failEach([]);
    if (main.noPassword) return notApplicable('user default is open to everybody; see default-user-open');
    return failEach([
      fault(
        'user default is the only one that can log in',
        [
          {
            kind: 'investigate',
            what: 'which applications connect (CLIENT LIST): each gets a user of its own',
          },
        ],
        { where: main.where },
      ),
    ]);
  },
  examples: {
    good: {
      'named users': { users: [user('default'), user('app')], identity: identity() },
      'one named user alone': {
        users: [user('default', { enabled: false, passwords: [] }), user('app')],
        identity: identity(),
      },
    },
    bad: {
      'requirepass for all': { users: [user('default')], identity: identity() },
      'the other one is off': {
        users: [user('default'), user('app', { enabled: false })],
        identity: identity(),
      },
    },
    other: {
      'before users': {
        facts: { users: [user('default')], identity: identity({ version: '5.0.14' }) },
        verdict: 'not-applicable',
      },
      Kvrocks: {
        facts: { users: [user('default')], identity: identity({ product: 'kvrocks', version: '2.9.0' }) },
        verdict: 'not-applicable',
      },
      Sentinel: {
        facts: { users: [user('default')], identity: identity({ mode: 'sentinel' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
