import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { denial, user } from '../../example-facts.ts';

/** A few are slips; ACL LOG keeps only the newest entries, so the sum is a lower bound. */
const few = 5;

export default defineCheck({
  title: 'Logins of an existing user keep failing',
  severity: 'low',
  why: 'Most often a client still holds an old password, and part of the application is down or on a fallback. It may also be someone who knows the name and tries passwords.',
  remedy:
    'Find the client that logs in with a wrong password by its address (the newest offender’s is shown) and give it the right one. If the address is not yours, change the password and close the way there.',
  links: ['https://redis.io/docs/latest/commands/acl-log/'],
  needs: ['aclLog', 'users'],
  judge({ aclLog, users }) {
    const named = users.filter(({ name }) => name !== 'default');
    if (named.length === 0) return notApplicable('there is no user beside default');
    return failEach(
      named.flatMap(({ name, enabled, where }) => {
        const failures = aclLog.filter(({ reason, user: who }) => reason === 'auth' && who === name);
        const total = failures.reduce((sum, { count }) => sum + count, 0);
        if (total < few) return [];
        const from = failures[0]?.client;
        return [
          fault(
            `at least ${total} failed logins as ${name}${enabled ? '' : ', which is off'}${from === undefined ? '' : `; last seen from ${from}`}`,
            [{ kind: 'investigate', what: `which client still logs in as ${name} with a wrong password` }],
            { where, severity: total >= 1000 ? 'medium' : 'low' },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'a slip': { aclLog: [denial('auth', 'app', 'AUTH', 1)], users: [user('app')] },
      'names that do not exist are guesses, and said elsewhere': {
        aclLog: [denial('auth', 'root', 'AUTH', 90)],
        users: [user('app')],
      },
    },
    bad: {
      'an old password': {
        aclLog: [denial('auth', 'app', 'AUTH', 40, { client: '10.0.0.9' })],
        users: [user('app')],
      },
    },
    other: {
      'only default': {
        facts: { aclLog: [denial('auth', 'default', 'AUTH', 40)], users: [user('default')] },
        verdict: 'not-applicable',
      },
    },
  },
});
