import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, user } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Users stand in redis.conf beside an ACL file',
  severity: 'medium',
  why: 'The server takes users from one place only: with user lines and aclfile in one configuration it refuses to start. It shows at the next restart, at the worst time.',
  remedy: 'Move the user lines into the ACL file, or take the aclfile line away.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['conf'],
  judge({ conf: { settings, users } }) {
    const path = settings.aclfile;
    if (typeof path !== 'string' || path === '' || users.length === 0) return failEach([]);
    return failEach([
      fault(
        `aclfile ${path} beside user lines for ${listed(users.map(({ name }) => name))}`,
        [{ kind: 'investigate', what: `which users belong into ${path}` }],
        { where: users[0]?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'only an ACL file': { conf: conf({ settings: { aclfile: '/etc/redis/users.acl' } }) },
      'only user lines': { conf: conf({ users: [user('app')] }) },
    },
    bad: { both: { conf: conf({ settings: { aclfile: '/etc/redis/users.acl' }, users: [user('app')] }) } },
  },
});
