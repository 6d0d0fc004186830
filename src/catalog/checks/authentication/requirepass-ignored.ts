import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closeDefault } from '../../readings/default-user.ts';
import { secret, settings, user } from '../../example-facts.ts';
import { secretOf, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'requirepass is ignored, because an ACL file is loaded',
  severity: 'high',
  why: 'Loading an ACL file resets every user, default included. A password in requirepass is gone then, at start and after each ACL LOAD, with at most a line in the log. Where the file has no line for default, default is open.',
  remedy:
    'Put the default user into the ACL file (user default resetpass off, or with a hashed password), ACL LOAD it, and take the requirepass line out of the configuration file. Never empty it with CONFIG SET requirepass "": that opens the default user.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['settings', 'users'],
  judge({ settings: values, users }) {
    if (!textOf(values, 'aclfile')) return notApplicable('no ACL file is set');
    const wanted = secretOf(values, 'requirepass');
    if (wanted === undefined) return notApplicable('requirepass is not set');
    const main = users.find(({ name }) => name === 'default');
    if (main && !main.noPassword && main.passwords.some(({ same }) => same === wanted.same))
      return failEach([]);
    const where = values.requirepass?.where;
    if (main?.enabled && main.noPassword) {
      return failEach([
        fault('requirepass is set, yet user default needs no password', [closeDefault(users)], {
          opens: { as: 'default' },
          where,
          severity: 'critical',
        }),
      ]);
    }
    const state = main?.enabled ? 'has another password' : 'is off';
    return failEach([
      fault(
        `requirepass is set, but user default ${state}: the line does nothing`,
        [
          {
            kind: 'investigate',
            what: 'the requirepass line, to be taken out of the file; CONFIG SET requirepass "" would open user default',
          },
        ],
        {
          where,
          severity: 'low',
        },
      ),
    ]);
  },
  examples: {
    good: {
      'the same password in the ACL file': {
        settings: settings({ aclfile: '/etc/redis/users.acl', requirepass: secret('strong', 'a') }),
        users: [user('default', { passwords: [secret('strong', 'a')] })],
      },
    },
    bad: {
      'default is open': {
        settings: settings({ aclfile: '/etc/redis/users.acl', requirepass: secret('strong', 'a') }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'a line that does nothing': {
        settings: settings({ aclfile: '/etc/redis/users.acl', requirepass: secret('strong', 'a') }),
        users: [user('default', { enabled: false, passwords: [] })],
      },
    },
    other: {
      'no ACL file': {
        facts: {
          settings: settings({ aclfile: '', requirepass: secret('strong') }),
          users: [user('default')],
        },
        verdict: 'not-applicable',
      },
      'no requirepass': {
        facts: {
          settings: settings({ aclfile: '/etc/redis/users.acl', requirepass: '' }),
          users: [user('default')],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
