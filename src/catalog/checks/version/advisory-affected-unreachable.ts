import { advisory } from '../../advisories/index.ts';
import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { advisoryState, exposure, identity, origin } from '../../example-facts.ts';
import { isWatched, mending } from '../../readings/upstream.ts';
import { listed } from '../../readings/values.ts';
import { compareSeverity } from '../../../model/index.ts';

export default defineCheck({
  title: 'This version has known holes that nobody was found to get at',
  severity: 'low',
  why: 'Today only administrators have what these holes take, or an account on the host. One more right for a user, or one stolen password, changes that without a word.',
  remedy:
    'Upgrade to a release that has the fixes at the next chance; read the list again before you give a user more rights.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/stack-with-enterprise/release-notes/'],
  needs: ['advisories'],
  uses: ['exposure', 'identity'],
  judge({ advisories: all }, { exposure: table, identity: who }) {
    const idle = all
      .filter(
        ({ id, state, reachableBy }) =>
          state === 'affected' && reachableBy.length === 0 && advisory(id)?.disputed !== true,
      )
      .toSorted((a, b) => compareSeverity(b.severity, a.severity));
    if (all.length === 0 && who.known && !isWatched(who.value.product))
      return notApplicable(`no advisories about ${who.value.product} are known here`);
    if (idle.length === 0) return failEach([]);
    const ids = listed(idle.map(({ id }) => id));
    return failEach([
      fault(
        table.known
          ? ids
          : `${ids}; who could use them is not known, since the users or their rights are not`,
        [mending(who, idle)],
        // Nobody found, where nobody was looked for, is no comfort.
        { severity: table.known ? 'low' : (idle[0]?.severity ?? 'low') },
      ),
    ]);
  },
  examples: {
    good: {
      'none known': { advisories: [], identity: identity() },
      'all of them are in reach, which is said elsewhere': {
        advisories: [advisoryState('CVE-2025-49844', { reachableBy: ['nobody:default'] })],
      },
    },
    bad: {
      'for administrators only': {
        advisories: [advisoryState('CVE-2025-49844'), advisoryState('CVE-2025-46817', { severity: 'high' })],
        exposure: exposure([origin('network')]),
        identity: identity({ version: '7.2.3' }),
      },
      'nobody knows who': { advisories: [advisoryState('CVE-2025-49844')] },
    },
    other: {
      'nobody collects them': {
        facts: { advisories: [], identity: identity({ product: 'garnet', version: '1.0.80' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
