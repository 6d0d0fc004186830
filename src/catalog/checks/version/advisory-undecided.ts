import { advisory } from '../../advisories/index.ts';
import { defineCheck, failEach, fault, pass, undecided } from '../../define-check.ts';
import { advisoryState } from '../../example-facts.ts';
import { makerOf } from '../../readings/upstream.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Whether a hole that intruders use is mended here cannot be told',
  severity: 'medium',
  why: 'A distribution mends without changing the version, and some holes exist only in its build (CVE-2022-0543 in Debian’s and Ubuntu’s, by which worms got in). The version decides nothing here, in either direction.',
  remedy:
    'Look the fix up in the changelog of the package or in the distribution’s security tracker, or give Keyward the host to look at.',
  links: [
    'https://www.cisa.gov/known-exploited-vulnerabilities-catalog',
    'https://security-tracker.debian.org/tracker/source-package/redis',
  ],
  needs: ['advisories'],
  uses: ['package'],
  judge({ advisories: all }, { package: pack }) {
    const open = all.filter(({ state, id }) => state === 'unknown' && advisory(id)?.disputed !== true);
    if (open.length === 0) return pass;
    const used = open.filter(({ id }) => advisory(id)?.knownExploited !== undefined);
    // With no package in sight it is one doubt among others; with one of a distribution it is the likely case.
    if (used.length === 0 || !pack.known || makerOf(pack) !== 'distribution') {
      const how = open.find(({ howToKnow }) => howToKnow !== undefined)?.howToKnow;
      return undecided(
        `${listed(open.map(({ id }) => id))}: ${open[0]?.because ?? ''}.${how === undefined ? '' : ` ${how}`}`,
      );
    }
    return failEach(
      used.map(({ id, title, because, howToKnow }) =>
        fault(`${id}: ${title} (${because})`, [
          { kind: 'investigate', what: howToKnow ?? `whether ${id} is mended` },
        ]),
      ),
    );
  },
  examples: {
    good: { 'all are clear': { advisories: [advisoryState('CVE-2025-49844')] }, none: { advisories: [] } },
    bad: {
      'Debian’s Lua': {
        advisories: [
          advisoryState('CVE-2022-0543', {
            state: 'unknown',
            title: 'Debian’s Lua leaves its sandbox',
            because: 'the package is not known',
          }),
        ],
        package: { manager: 'dpkg', name: 'redis-server', distribution: 'debian', release: '11' },
      },
    },
    other: {
      'the same, on a host that nobody looked at': {
        facts: {
          advisories: [
            advisoryState('CVE-2022-0543', {
              state: 'unknown',
              because: 'only packages of Debian and Ubuntu have it',
            }),
          ],
        },
        verdict: 'unknown',
      },
      'a package without a record': {
        facts: {
          advisories: [
            advisoryState('CVE-2025-49844', {
              state: 'unknown',
              because: 'a distribution may have added the fix',
              howToKnow: 'Look in the changelog.',
            }),
          ],
        },
        verdict: 'unknown',
      },
    },
  },
});
