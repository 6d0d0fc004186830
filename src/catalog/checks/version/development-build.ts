import { parseVersion } from '../../../lang/version/index.ts';
import { defineCheck, fail, pass, undecided } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';
import { releaseOf } from '../../readings/upstream.ts';

export default defineCheck({
  title: 'The server is no release',
  severity: 'medium',
  why: 'Builds of the development branch and release candidates get no fixes, and nobody can tell from their number which holes they have: advisories speak of releases.',
  remedy: 'Install a release of a branch that gets fixes.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/install/'],
  needs: ['identity'],
  judge({ identity: who }) {
    const release = releaseOf(who);
    const read = release && parseVersion(release.version, release.product);
    if (release === undefined || read === undefined)
      return undecided('the version is not known, or not to be believed');
    const goal = { kind: 'upgrade', ask: 'a release' } as const;
    if (read.unstable)
      return fail(`${release.product} ${release.version} is a build of the development branch`, goal);
    return read.pre
      ? fail(
          `${release.product} ${release.version} comes before the release ${read.major}.${read.minor}.${read.patch} (${read.pre.stage} ${read.pre.number})`,
          goal,
        )
      : pass;
  },
  examples: {
    good: { 'a release': { identity: identity() } },
    bad: {
      unstable: { identity: identity({ version: '255.255.255' }) },
      'a candidate that hides its name': { identity: identity({ version: '7.9.224' }) },
      'and one that does not': { identity: identity({ product: 'valkey', version: '9.0.0-rc1' }) },
    },
    other: {
      'no version': {
        facts: { identity: { product: 'redis', doubts: [], because: [] } },
        verdict: 'unknown',
      },
    },
  },
});
