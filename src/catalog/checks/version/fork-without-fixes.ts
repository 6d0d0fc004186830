import { floors } from '../../advisories/index.ts';
import { defineCheck, fail, notApplicable, pass } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';

export default defineCheck({
  title: 'No release of this fork has the fixes of the last years',
  severity: 'high',
  why: 'KeyDB’s last release is 6.3.4 of 2023. Its source lacks the fixes for the holes in Lua that run code (CVE-2024-31449, CVE-2024-46981, CVE-2025-49844) and a dozen more; feeds that call it safe copy the version numbers of Redis. An upgrade does not exist.',
  remedy:
    'Plan the move to Valkey or Redis, which read its dump unless it uses KeyDB’s own commands. Until then, take EVAL, FUNCTION and RESTORE from everybody who can do without, and let only the clients reach it.',
  links: ['https://github.com/Snapchat/KeyDB/issues'],
  needs: ['identity'],
  judge({ identity: { product, version } }) {
    if (product === 'unknown' || product === 'not-redis')
      return notApplicable('which product this is is not known');
    const whole = floors[product]?.branches.find(({ branch }) => branch === '*');
    return whole?.floor === 'none'
      ? fail(
          `${product} ${version ?? ''}`.trim() + (version ? ', a number that its operator may choose' : ''),
          {
            kind: 'upgrade',
            ask: 'Valkey or Redis, in a branch that gets fixes',
          },
        )
      : pass;
  },
  examples: {
    good: {
      Redis: { identity: identity() },
      Valkey: { identity: identity({ product: 'valkey', version: '8.1.9' }) },
    },
    bad: { KeyDB: { identity: identity({ product: 'keydb', version: '6.3.4' }) } },
    other: {
      'who knows': {
        facts: { identity: { product: 'unknown', doubts: [], because: [] } },
        verdict: 'not-applicable',
      },
    },
  },
});
