import { defineCheck, fault, failEach, notApplicable } from '../../define-check.ts';
import { closeDefault } from '../../readings/default-user.ts';
import { identity, secret, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'The default user needs no password',
  severity: 'critical',
  why: 'Every new connection is the default user. With no password, reaching the port is enough to run commands.',
  remedy:
    'Give the default user a long random password (requirepass, or ACL SETUSER default resetpass >…) and give it to the clients, to replicas (masterauth) and to Sentinels (auth-pass) with it. Where named users do all the work, switch it off in its place: ACL SETUSER default resetpass off (off alone leaves nopass behind). Write it down with ACL SAVE or CONFIG REWRITE.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users'],
  uses: ['identity'],
  judge({ users }, { identity: who }) {
    if (who.known && who.value.mode === 'sentinel')
      return notApplicable('the server is a Sentinel; see sentinel-without-password');
    const open = users.find(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    if (!open) return failEach([]);
    return failEach([
      fault('user default is on and needs no password', [closeDefault(users)], {
        opens: { as: 'default' },
        where: open.where,
      }),
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
    other: {
      'a Sentinel has a check of its own': {
        facts: {
          users: [user('default', { noPassword: true, passwords: [] })],
          identity: identity({ mode: 'sentinel' }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
