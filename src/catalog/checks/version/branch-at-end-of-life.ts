import { endOfLife, floorFor } from '../../advisories/index.ts';
import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';
import { makerOf, packageName, releaseOf, livingBranch } from '../../readings/upstream.ts';

export default defineCheck({
  title: 'The branch gets no more fixes',
  severity: 'high',
  why: 'Holes that are found from now on stay open in it, and their description is public the day the other branches are mended.',
  remedy:
    'Move to a branch that gets fixes. Mind what changed on the way: protected configs and acl-pubsub-default in 7.0, the licence in 7.4 and 8.0 (Valkey kept the old one).',
  links: ['https://endoflife.date/redis', 'https://endoflife.date/valkey'],
  needs: ['identity', 'collectedOn'],
  uses: ['package'],
  judge({ identity: who, collectedOn }, { package: pack }) {
    if (who.product === 'keydb') return notApplicable('KeyDB has no branches; see fork-without-fixes');
    const release = releaseOf(who);
    if (release === undefined) return undecided('the version is not known, or not to be believed');
    const { product, version } = release;
    const { state, because } = endOfLife(product, version, collectedOn);
    if (state === 'supported') return pass;
    // No end is announced for the newest branches: those that got the latest fixes are alive.
    if (state === 'unknown')
      return floorFor(product, version).floor === undefined ? undecided(because) : pass;
    if (pack.known && makerOf(pack) === 'distribution')
      return undecided(
        `${because} upstream; whether ${packageName(pack.value)} is still mended, the distribution says`,
      );
    return failEach([fault(`${product} ${version}: ${because}`, [livingBranch])]);
  },
  examples: {
    good: {
      'a living branch': { identity: identity({ version: '7.2.16' }), collectedOn: '2026-09-30' },
      'no end announced, and fixes came lately': {
        identity: identity({ version: '8.10.2' }),
        collectedOn: '2026-09-30',
      },
    },
    bad: {
      'Redis 5': { identity: identity({ version: '5.0.14' }), collectedOn: '2026-09-30' },
      'the day after': { identity: identity({ version: '8.0.6' }), collectedOn: '2026-12-02' },
    },
    other: {
      'Debian still mends its 7.0': {
        facts: {
          identity: identity({ version: '7.0.15' }),
          package: {
            manager: 'dpkg',
            name: 'redis-server',
            version: '5:7.0.15-1~deb12u5',
            distribution: 'debian',
            release: '12',
          },
          collectedOn: '2026-09-30',
        },
        verdict: 'unknown',
      },
      'nobody says': {
        facts: { identity: identity({ product: 'kvrocks', version: '2.9.0' }), collectedOn: '2026-09-30' },
        verdict: 'unknown',
      },
    },
  },
});
