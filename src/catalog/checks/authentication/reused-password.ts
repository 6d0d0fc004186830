import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, secret, settings, user } from '../../example-facts.ts';
import { secretOf, textOf } from '../../readings/values.ts';
import { isSecretNote, type ConfFacts, type Fact, type SecretNote } from '../../../model/index.ts';

/** Passwords that a Sentinel sends to the data nodes. */
const sentinelSends = (file: Fact<ConfFacts>): readonly SecretNote[] =>
  file.known && file.value.sentinel
    ? file.value.lines.flatMap(({ name, args }) =>
        name === 'sentinel' && args[0] === 'auth-pass'
          ? args.filter((argument) => isSecretNote(argument))
          : [],
      )
    : [];

/**
 * `requirepass` and `masterauth` of one group are equal by design, since any node may become the master; that is no
 * reuse. Nor is `masterauth` being the password of the user in `masteruser`.
 */
export default defineCheck({
  title: 'One password opens two different doors',
  severity: 'medium',
  why: 'The replication password is kept in clear text on every replica, a TLS key’s passphrase in the configuration. When a user has the same one, whoever reads that file is that user.',
  remedy: 'Give replication, the key’s passphrase, Sentinel and each user secrets of their own.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/replication/'],
  needs: ['settings', 'users'],
  uses: ['conf'],
  judge({ settings: values, users }, { conf: file }) {
    const replicationUser = textOf(values, 'masteruser') || 'default';
    const entering = users.filter(({ enabled, noPassword }) => enabled && !noPassword);
    const owners = (note: SecretNote, except?: string): readonly string[] =>
      entering
        .filter(({ name, passwords }) => name !== except && passwords.some(({ same }) => same === note.same))
        .map(({ name }) => name);
    const doors: readonly (readonly [string, readonly SecretNote[], string | undefined])[] = [
      ['masterauth', [secretOf(values, 'masterauth')].filter((note) => note !== undefined), replicationUser],
      ...['tls-key-file-pass', 'tls-client-key-file-pass'].map(
        (name) => [name, [secretOf(values, name)].filter((note) => note !== undefined), undefined] as const,
      ),
      ['sentinel auth-pass', sentinelSends(file), undefined],
    ];
    return failEach(
      doors.flatMap(([door, notes, except]) => {
        const names = [...new Set(notes.flatMap((note) => owners(note, except)))];
        return names.map((name) =>
          fault(`${door} is the password of user ${name} too`, [{ kind: 'new-password', of: name }], {
            opens: { as: name },
          }),
        );
      }),
    );
  },
  examples: {
    good: {
      'requirepass and masterauth of one group': {
        settings: settings({ requirepass: secret('strong', 'a'), masterauth: secret('strong', 'a') }),
        users: [user('default', { passwords: [secret('strong', 'a')] })],
      },
      'the user that replicates': {
        settings: settings({ masteruser: 'replica', masterauth: secret('strong', 'a') }),
        users: [
          user('default', { passwords: [secret('strong', 'b')] }),
          user('replica', { passwords: [secret('strong', 'a')] }),
        ],
      },
    },
    bad: {
      'replication as an application': {
        settings: settings({ masteruser: 'replica', masterauth: secret('strong', 'a') }),
        users: [user('app', { passwords: [secret('strong', 'a')] })],
      },
      'the key’s passphrase': {
        settings: settings({ 'tls-key-file-pass': secret('fair', 'a') }),
        users: [user('default', { passwords: [secret('fair', 'a')] })],
      },
      'Sentinel and its data nodes': {
        settings: settings({}),
        users: [user('default', { passwords: [secret('fair', 'a')] })],
        conf: conf({
          sentinel: true,
          lines: [
            {
              name: 'sentinel',
              args: ['auth-pass', 'mymaster', secret('fair', 'a')],
              file: '/etc/redis/sentinel.conf',
              line: 4,
            },
          ],
        }),
      },
    },
  },
});
