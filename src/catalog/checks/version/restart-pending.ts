import { compareVersions, parseVersion } from '../../../lang/version/index.ts';
import { defineCheck, fail, notApplicable, pass, undecided } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';
import { packageName, releaseOf } from '../../readings/upstream.ts';

export default defineCheck({
  title: 'The server still runs the version from before its upgrade',
  severity: 'medium',
  why: 'An upgrade replaces the file on disk; the old program runs on, with its holes, until it is restarted. Inventories and scanners that read the package call it mended.',
  remedy:
    'Restart the server, which then runs the version that is installed; a replica first, then fail over.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/install/'],
  needs: ['identity', 'package'],
  judge({ identity: who, package: pack }) {
    if (pack.manager === 'none' || pack.version === undefined)
      return notApplicable('the program belongs to no package');
    const release = releaseOf(who);
    const runs = release && parseVersion(release.version, release.product);
    const installed = release && parseVersion(pack.version, release.product);
    if (release === undefined || !runs || !installed)
      return undecided('one of the two versions cannot be read');
    return compareVersions(runs, installed) < 0
      ? fail(`${release.product} ${release.version} runs; ${packageName(pack)} is installed`, {
          kind: 'upgrade',
          to: pack.version,
        })
      : pass;
  },
  examples: {
    good: {
      'the same': {
        identity: identity({ version: '7.0.15' }),
        package: {
          manager: 'dpkg',
          name: 'redis-server',
          version: '5:7.0.15-1~deb12u5',
          distribution: 'debian',
        },
      },
    },
    bad: {
      'not restarted': {
        identity: identity({ version: '7.2.4' }),
        package: { manager: 'rpm', name: 'redis', version: '7.2.11-1.el9', distribution: 'rhel' },
      },
    },
    other: {
      'built by hand': {
        facts: { identity: identity(), package: { manager: 'none' } },
        verdict: 'not-applicable',
      },
      'no version': {
        facts: {
          identity: { product: 'redis', doubts: [], because: [] },
          package: { manager: 'dpkg', version: '5:7.0.15-1' },
        },
        verdict: 'unknown',
      },
    },
  },
});
