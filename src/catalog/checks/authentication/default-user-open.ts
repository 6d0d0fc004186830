import { defineCheck, fault, failEach } from '../../define-check.ts';
import { secret, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'The default user needs no password',
  severity: 'critical',
  why: 'Every new connection is the default user. With no password, reaching the port is enough to run commands.',
  remedy:
    'Give the default user a password (requirepass, or ACL SETUSER default resetpass >…), or name the users that need access and take the default user away with `default resetpass off` (never `off` alone: it leaves nopass behind).',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users'],
  judge({ users }) {
    const open = users.find(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    if (!open) return failEach([]);
    return failEach([
      fault(
        'user default is on and needs no password',
        [{ kind: 'user', name: 'default', rules: ['resetpass', 'off'] }],
        {
          opens: { as: 'default' },
          where: open.where,
        },
      ),
    ]);
  },
  examples: {
    good: {
      'with a password': { users: [user('default')] },
      'switched off': { users: [user('default', { enabled: false, passwords: [] })] },
    },
    bad: {
      'as installed': { users: [user('default', { noPassword: true, passwords: [] })] },
      'a password beside nopass changes nothing': {
        users: [user('default', { noPassword: true, passwords: [secret('strong')] })],
      },
    },
  },
});
