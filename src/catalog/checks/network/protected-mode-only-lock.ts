import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { closeDefault } from '../../readings/default-user.ts';
import { exposure, origin } from '../../example-facts.ts';
import { othersTurnedAway, viaOf } from '../../readings/reachable.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Protected mode is all that keeps other hosts out',
  severity: 'medium',
  why: 'The port is open to other hosts and there is no password. One CONFIG SET protected-mode no opens everything (any program on this host may send it), and so does a bind line up to Redis 6.2 and in KeyDB, or moving the file into a container image.',
  remedy:
    'Bind only where clients are (bind 127.0.0.1 -::1 if they are on this host; nobody else is let in now), and give the default user a password.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/#protected-mode'],
  needs: ['exposure'],
  uses: ['users'],
  judge({ exposure: table }, { users }) {
    if (table.origins.length === 0) return notApplicable('it is not known who gets to the server');
    const kept = othersTurnedAway(table);
    if (kept.length === 0) return failEach([]);
    return failEach([
      fault(
        `${listed([...new Set(kept.map(viaOf))])}: reached by ${listed([...new Set(kept.map(({ label }) => label))], 3)}, refused only by protected mode`,
        [
          { kind: 'setting', name: 'bind', value: '127.0.0.1 -::1' },
          closeDefault(users.known ? users.value : []),
        ],
      ),
    ]);
  },
  examples: {
    good: {
      'nobody else gets there': { exposure: exposure([origin('host')]) },
      'a password keeps them out': { exposure: exposure([origin('network'), origin('host')]) },
    },
    bad: {
      'as installed, on a server': {
        exposure: exposure([
          origin('internet', { refused: 'protected mode: the default user has no password' }),
          origin('host'),
        ]),
      },
    },
    other: { 'nothing known': { facts: { exposure: exposure([]) }, verdict: 'not-applicable' } },
  },
});
