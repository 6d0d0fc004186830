import { defineCheck, failEach, fault } from '../../define-check.ts';
import { secret, settings, user } from '../../example-facts.ts';
import { secretOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'A password can be guessed',
  severity: 'critical',
  why: 'It stands in lists that attackers try first, or follows from a name on this server. The server answers tens of thousands of tries a second, and neither slows down nor bans.',
  remedy:
    'Set a random password of at least 32 characters (ACL GENPASS makes one): add it beside the old one, move the clients, then take the old one away. Before 6.0 a server has only one, so both ends change at once.',
  links: [
    'https://redis.io/docs/latest/commands/acl-genpass/',
    'https://attack.mitre.org/techniques/T1110/001/',
  ],
  needs: ['users'],
  uses: ['settings'],
  judge({ users }, { settings: values }) {
    const because = (why: string | undefined): string => (why === undefined ? '' : `: ${why}`);
    const own = users
      .filter(({ enabled, noPassword }) => enabled && !noPassword)
      .flatMap(({ name, passwords, where }) => {
        const note = passwords.find(({ strength }) => strength === 'guessed');
        if (!note) return [];
        return [
          fault(
            `the password of user ${name} can be guessed${because(note.why)}`,
            [{ kind: 'new-password', of: name }],
            {
              opens: { as: name },
              where,
            },
          ),
        ];
      });
    const sent = values.known ? secretOf(values.value, 'masterauth') : undefined;
    const known = users.some(({ passwords }) => passwords.some(({ same }) => same === sent?.same));
    if (sent?.strength !== 'guessed' || known || !values.known) return failEach(own);
    const toMaster = fault(
      `masterauth, which opens the master, can be guessed${because(sent.why)}`,
      [{ kind: 'new-password', of: 'the replication user of the master' }],
      { severity: 'high', where: values.value.masterauth?.where },
    );
    return failEach([...own, toMaster]);
  },
  examples: {
    good: {
      random: { users: [user('default')] },
      'nobody gets in with it': {
        users: [user('default', { enabled: false, passwords: [secret('guessed')] })],
      },
      'only its hash is known, and no list has it': {
        users: [user('app', { passwords: [secret('unmeasured')] })],
      },
    },
    bad: {
      'of the sample file': { users: [user('default', { passwords: [secret('guessed')] })] },
      'old one left beside a good one': {
        users: [user('app', { passwords: [secret('strong'), secret('guessed')] })],
      },
      'of the master': { users: [user('default')], settings: settings({ masterauth: secret('guessed') }) },
    },
  },
});
