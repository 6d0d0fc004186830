import { defineCheck, failEach, fault } from '../../define-check.ts';
import { secret, user } from '../../example-facts.ts';

export default defineCheck({
  title: 'A password falls to a search within hours',
  severity: 'high',
  why: 'The server keeps passwords as plain SHA-256 with no salt, and answers as many tries as the network carries. A short or patterned password can be found online, and in seconds from a copy of the ACL file.',
  remedy:
    'Set a random password of at least 32 characters (ACL GENPASS makes one): add it beside the old one, move the clients, then take the old one away. Before 6.0 a server has only one, so both ends change at once.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/',
    'https://redis.io/docs/latest/commands/acl-genpass/',
  ],
  needs: ['users'],
  judge: ({ users }) =>
    failEach(
      users
        .filter(({ enabled, noPassword }) => enabled && !noPassword)
        // One that can be guessed outright is said by its own check.
        .filter(
          ({ passwords }) =>
            passwords.some(({ strength }) => strength === 'weak') &&
            !passwords.some(({ strength }) => strength === 'guessed'),
        )
        .map(({ name, passwords, where }) => {
          const why = passwords.find(({ strength }) => strength === 'weak')?.why;
          return fault(
            `the password of user ${name} is weak${why === undefined ? '' : `: ${why}`}`,
            [{ kind: 'new-password', of: name }],
            {
              opens: { as: name },
              where,
            },
          );
        }),
    ),
  examples: {
    good: {
      strong: { users: [user('default'), user('app', { passwords: [secret('fair')] })] },
      'only a hash is known': { users: [user('app', { passwords: [secret('unmeasured')] })] },
      'guessable is worse, and said elsewhere': {
        users: [user('app', { passwords: [secret('weak'), secret('guessed')] })],
      },
    },
    bad: { short: { users: [user('default', { passwords: [secret('weak')] })] } },
  },
});
