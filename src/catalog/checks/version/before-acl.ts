import { defineCheck, fail, notApplicable, pass, undecided } from '../../define-check.ts';
import { livingBranch } from '../../readings/upstream.ts';
import { identity } from '../../example-facts.ts';
import { hasUsers } from '../../readings/release.ts';

export default defineCheck({
  title: 'This version knows one password, and no users',
  severity: 'medium',
  why: 'Before 6.0 every client has the same password and all rights: the cache, the exporter and the administrator are one. Nothing can be taken from one of them but by renaming commands for all, failed logins leave no trace, and there is no TLS.',
  remedy: 'Upgrade to a branch with users that gets fixes (Redis 7.2 and later, Valkey).',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['identity'],
  judge({ identity: who }) {
    if (who.product === 'kvrocks')
      return notApplicable('Kvrocks has namespaces, each with a password of its own');
    const users = hasUsers(who);
    if (users === undefined) return undecided('the version is not known');
    return users
      ? pass
      : fail(`${who.product} ${who.version ?? `${who.range?.to ?? ''} or older`}`, livingBranch);
  },
  examples: {
    good: {
      'six and later': { identity: identity({ version: '6.2.24' }) },
      Valkey: { identity: identity({ product: 'valkey', version: '7.2.14' }) },
    },
    bad: {
      five: { identity: identity({ version: '5.0.14' }) },
      'by its answers': {
        identity: { product: 'redis', range: { from: '4.0', to: '5.0' }, doubts: [], because: [] },
      },
    },
    other: {
      'who knows': { facts: { identity: { product: 'redis', doubts: [], because: [] } }, verdict: 'unknown' },
      Kvrocks: {
        facts: { identity: identity({ product: 'kvrocks', version: '2.9.0' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
