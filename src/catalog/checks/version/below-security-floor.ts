import { endOfLife, floorFor } from '../../advisories/index.ts';
import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';
import { makerOf, packageName, releaseOf, livingBranch } from '../../readings/upstream.ts';

export default defineCheck({
  title: 'The release lacks security fixes of its branch',
  severity: 'high',
  why: 'Each branch has a lowest release that holds all fixes known today. A list of CVEs is not enough: since 2026 many fixes (an ACL bypass, a bypass of certificate logins, memory faults) came out without one.',
  remedy:
    'Upgrade within the branch to the release named or later; such upgrades change no behaviour. Where the branch has none, move to a branch that gets fixes.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/stack-with-enterprise/release-notes/',
    'https://valkey.io/download/',
  ],
  needs: ['identity', 'collectedOn'],
  uses: ['package'],
  judge({ identity: who, collectedOn }, { package: pack }) {
    if (who.product === 'keydb') return notApplicable('KeyDB gets no fixes at all; see fork-without-fixes');
    const release = releaseOf(who);
    if (release === undefined) return undecided('the version is not known, or not to be believed');
    const { product, version } = release;
    const { state, floor, because } = floorFor(product, version);
    if (state === 'unknown') return undecided(because);
    if (state === 'at') return pass;
    if (state === 'dead' && endOfLife(product, version, collectedOn).state === 'past')
      return notApplicable('the whole branch is past its end; see branch-at-end-of-life');
    if (pack.known && makerOf(pack) === 'distribution')
      return undecided(
        `upstream, ${because}; ${packageName(pack.value)} may have them without the number: see the advisories`,
      );
    return failEach([
      fault(`${product} ${version}: ${because}`, [
        floor === undefined ? livingBranch : { kind: 'upgrade', to: floor },
      ]),
    ]);
  },
  examples: {
    good: {
      'the floor': { identity: identity({ version: '7.2.16' }), collectedOn: '2026-09-30' },
      'Valkey counts by its own number': {
        identity: identity({ product: 'valkey', version: '8.1.9' }),
        collectedOn: '2026-09-30',
      },
    },
    bad: {
      'some releases behind': { identity: identity({ version: '8.2.3' }), collectedOn: '2026-09-30' },
      'an open branch that gets no fixes': {
        identity: identity({ version: '8.0.6' }),
        collectedOn: '2026-09-30',
      },
      'the vendor’s own package': {
        identity: identity({ version: '7.4.2' }),
        package: {
          manager: 'dpkg',
          name: 'redis-server',
          version: '6:7.4.2-1rl1~bookworm1',
          distribution: 'debian',
        },
        collectedOn: '2026-09-30',
      },
    },
    other: {
      'a distribution’s package': {
        facts: {
          identity: identity({ product: 'valkey', version: '8.1.1' }),
          package: {
            manager: 'dpkg',
            name: 'valkey-server',
            version: '8.1.1+dfsg1-3+deb13u1',
            distribution: 'debian',
            release: '13',
          },
          collectedOn: '2026-09-30',
        },
        verdict: 'unknown',
      },
      'past its end': {
        facts: { identity: identity({ version: '7.0.15' }), collectedOn: '2026-09-30' },
        verdict: 'not-applicable',
      },
      'no version': {
        facts: { identity: { product: 'redis', doubts: [], because: [] }, collectedOn: '2026-09-30' },
        verdict: 'unknown',
      },
    },
  },
});
