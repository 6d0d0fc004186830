import { defineCheck, failEach, fault } from '../../define-check.ts';
import { denial, user } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

/** Fewer than this is a typing slip or a client with an old password. */
const many = 20;

/**
 * ACL LOG adds up one entry for as long as the same failure repeats within a minute, and keeps the newest 128 entries:
 * the sum is a lower bound, not a rate. The address is that of the latest offender only, so it is given as such.
 */
export default defineCheck({
  title: 'Passwords are being tried out',
  severity: 'medium',
  why: 'The server neither slows down nor bans who guesses, and writes no line to its log: a fast network tries thousands of passwords a second. Names that do not exist show that a list is being worked through.',
  remedy:
    'Close the port to these addresses in the firewall, make sure that every password is long and random, and look for commands from them in what follows.',
  links: ['https://redis.io/docs/latest/commands/acl-log/', 'https://attack.mitre.org/techniques/T1110/'],
  needs: ['aclLog'],
  uses: ['users'],
  judge({ aclLog }, { users }) {
    const existing = new Set(users.known ? users.value.map(({ name }) => name) : []);
    // A named user that exists has a check of its own: there, the likely cause is a client.
    const guesses = aclLog.filter(
      ({ reason, user: name }) => reason === 'auth' && (name === 'default' || !existing.has(name)),
    );
    const total = guesses.reduce((sum, { count }) => sum + count, 0);
    const names = [...new Set(guesses.map(({ user: name }) => name))];
    if (total < many && names.length < 5) return failEach([]);
    const from = [...new Set(guesses.flatMap(({ client }) => (client === undefined ? [] : [client])))];
    return failEach([
      fault(
        `at least ${total} failed logins as ${listed(names)}${from.length > 0 ? `; last seen from ${listed(from)}` : ''}`,
        [{ kind: 'investigate', what: `who tries to log in as ${listed(names)}` }],
        { severity: total >= 1000 || names.length >= 10 ? 'medium' : 'low' },
      ),
    ]);
  },
  examples: {
    good: {
      'no failures': { aclLog: [] },
      'a typing slip': { aclLog: [denial('auth', 'default', 'AUTH', 2)] },
      'a client of a user that exists': {
        aclLog: [denial('auth', 'app', 'AUTH', 500)],
        users: [user('app')],
      },
      'refused commands are another matter': { aclLog: [denial('command', 'default', 'config|set', 500)] },
    },
    bad: {
      'one entry with a large count': {
        aclLog: [denial('auth', 'default', 'AUTH', 4096, { client: '192.0.2.7' })],
      },
      'a list of names': {
        aclLog: ['admin', 'root', 'redis', 'test', 'oracle'].map((name) => denial('auth', name, 'AUTH')),
      },
    },
  },
});
