import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'The Sentinel takes commands without a password',
  severity: 'critical',
  why: 'SENTINEL FAILOVER, SET, REMOVE and MONITOR need no login: a stranger may make a server of their own the master, and clients and replicas follow. The passwords that it knows of the servers are sent wherever it is told to connect.',
  remedy:
    'Set requirepass on every Sentinel (the same on all: they log in to each other with it), or from 6.2 on ACL users with sentinel sentinel-user and sentinel-pass; give the password to the clients as well.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-acls-and-authentication',
  ],
  needs: ['identity', 'users'],
  judge({ identity: { mode }, users }) {
    if (mode !== 'sentinel') return notApplicable('the server is no Sentinel');
    const open = users.find(({ name, enabled, noPassword }) => name === 'default' && enabled && noPassword);
    if (open === undefined) return failEach([]);
    return failEach([
      fault(
        'user default of the Sentinel is on and needs no password',
        [{ kind: 'new-password', of: 'default' }],
        {
          opens: { as: 'default' },
          where: open.where,
        },
      ),
    ]);
  },
  examples: {
    good: { 'a password': { identity: identity({ mode: 'sentinel' }), users: [user('default')] } },
    bad: {
      'as installed': {
        identity: identity({ mode: 'sentinel' }),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
    },
    other: {
      'a data node': { facts: { identity: identity(), users: [user('default')] }, verdict: 'not-applicable' },
    },
  },
});
