import { defineCheck, failEach, fault } from '../../define-check.ts';
import { secret, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'A user still has passwords of an earlier rotation',
  severity: 'info',
  why: 'Two passwords are how a rotation works: the new one beside the old one. When nobody takes the old one away, everybody who ever knew it still gets in.',
  remedy:
    'Take the old password away when the clients have moved (ACL SETUSER name <old), then ACL SAVE or CONFIG REWRITE.',
  links: ['https://redis.io/docs/latest/commands/acl-setuser/'],
  needs: ['users'],
  judge: ({ users }) =>
    failEach(
      users
        .filter(({ enabled, noPassword, passwords }) => enabled && !noPassword && passwords.length > 1)
        .map(({ name, passwords, where }) =>
          fault(
            `user ${name} has ${passwords.length} passwords`,
            [{ kind: 'investigate', what: `which passwords of ${name} are still in use` }],
            {
              where,
              severity: passwords.length > 2 ? 'low' : 'info',
            },
          ),
        ),
    ),
  examples: {
    good: { one: { users: [user('app')] } },
    bad: {
      'a rotation under way, or left so': {
        users: [user('app', { passwords: [secret('strong', 'a'), secret('strong', 'b')] })],
      },
      'more than a rotation needs': {
        users: [
          user('app', { passwords: [secret('strong', 'a'), secret('strong', 'b'), secret('fair', 'c')] }),
        ],
      },
    },
  },
});
