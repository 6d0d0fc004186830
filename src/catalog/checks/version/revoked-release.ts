import { revokedRelease } from '../../advisories/index.ts';
import { parseVersion } from '../../../lang/version/index.ts';
import { defineCheck, fail, pass, undecided } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';
import { releaseOf } from '../../readings/upstream.ts';

export default defineCheck({
  title: 'The vendor took this release back',
  severity: 'medium',
  why: 'A revoked release is not what its number says: tools that compare numbers take it for mended, and its code was never meant to be released.',
  remedy: 'Upgrade to the release that replaces the revoked one.',
  links: ['https://github.com/valkey-io/valkey/releases'],
  needs: ['identity'],
  judge({ identity: who }) {
    const release = releaseOf(who);
    const read = release && parseVersion(release.version, release.product);
    if (release === undefined || read === undefined)
      return undecided('the version is not known, or not to be believed');
    const why = revokedRelease(release.product, read);
    return why === undefined ? pass : fail(why, { kind: 'upgrade', ask: 'the release that replaces it' });
  },
  examples: {
    good: {
      'its successor': { identity: identity({ product: 'valkey', version: '8.0.10' }) },
      'the same number of another product': { identity: identity({ version: '8.0.8' }) },
    },
    bad: { 'Valkey 8.0.8': { identity: identity({ product: 'valkey', version: '8.0.8' }) } },
    other: {
      'no version': {
        facts: { identity: { product: 'valkey', doubts: [], because: [] } },
        verdict: 'unknown',
      },
    },
  },
});
