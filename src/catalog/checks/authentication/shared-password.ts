import { defineCheck, failEach, fault } from '../../define-check.ts';
import { secret, user } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Several users have the same password',
  severity: 'medium',
  why: 'Who knows one of them is all of them: the rights of the least do not hold back anybody who can also type another name. Rotation has to move all their clients at once.',
  remedy: 'Give each of these users a password of its own; begin with the one that may do most.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users'],
  judge({ users }) {
    const owners = new Map<string, string[]>();
    for (const { name, enabled, noPassword, passwords } of users) {
      if (!enabled || noPassword) continue;
      for (const { same, strength } of passwords) {
        if (strength === 'empty' || same === '') continue;
        const names = owners.get(same) ?? [];
        if (!names.includes(name)) owners.set(same, [...names, name]);
      }
    }
    return failEach(
      [...owners.values()]
        .filter((names) => names.length > 1)
        .map((names) =>
          fault(
            `users ${listed(names)} have one password`,
            names.slice(1, 50).map((of) => ({ kind: 'new-password', of }) as const),
            {
              opens: { as: names[0] ?? 'default' },
            },
          ),
        ),
    );
  },
  examples: {
    good: {
      'each its own': {
        users: [
          user('default', { passwords: [secret('strong', 'a')] }),
          user('app', { passwords: [secret('strong', 'b')] }),
        ],
      },
      'twice with one user': {
        users: [user('app', { passwords: [secret('strong', 'a'), secret('strong', 'a')] })],
      },
      'one of them is off': {
        users: [
          user('default', { enabled: false, passwords: [secret('strong', 'a')] }),
          user('app', { passwords: [secret('strong', 'a')] }),
        ],
      },
    },
    bad: {
      'application and administrator': {
        users: [
          user('admin', { passwords: [secret('strong', 'a')] }),
          user('app', { passwords: [secret('fair', 'b'), secret('strong', 'a')] }),
        ],
      },
    },
  },
});
