import { advisory, floorFor } from '../../advisories/index.ts';
import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { actor, advisoryState, exposure, identity, origin } from '../../example-facts.ts';
import { weighedBy } from '../../readings/reachable.ts';
import { isWatched, releaseOf } from '../../readings/upstream.ts';
import { listed } from '../../readings/values.ts';
import type { AdvisoryState, Exposure, Fact, Identity, Opening } from '../../../model/index.ts';

/** `anyone who reaches the port`, or the columns of the exposure table by their labels. */
function byWhom({ reachableBy }: AdvisoryState, table: Fact<Exposure>): string {
  if (reachableBy.includes('anyone')) return 'whoever reaches the port';
  const labels = new Map(table.known ? table.value.actors.map(({ id, label }) => [id, label]) : []);
  return listed(
    reachableBy.map((id) => labels.get(id) ?? id),
    4,
  );
}

/** The cells that the engine fills in for a hole that runs code. */
function opening({ effects, reachableBy }: AdvisoryState, table: Fact<Exposure>): Opening | undefined {
  const users = new Set(
    table.known
      ? table.value.actors.filter(({ id }) => reachableBy.includes(id)).map(({ user }) => user)
      : [],
  );
  const [user] = users;
  if (!effects.includes('code-execution') || users.size !== 1 || user === undefined) return undefined;
  return { as: user, can: ['execute'] };
}

const mendedIn = (state: AdvisoryState, who: Fact<Identity>): string => {
  const release = who.known ? releaseOf(who.value) : undefined;
  return (
    state.fixedIn ??
    (release && floorFor(release.product, release.version).floor) ??
    'a branch that has the fix'
  );
};

export default defineCheck({
  title: 'A known hole of this version can be used here',
  severity: 'critical',
  why: 'The version has the hole, and somebody who is no administrator has the commands that it takes, or it takes none. That is worth more haste than a hole that nobody can get at.',
  remedy:
    'Upgrade to the release named. Until then take the commands it needs from those users, or the network from those hosts.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/stack-with-enterprise/release-notes/'],
  needs: ['advisories'],
  uses: ['exposure', 'identity'],
  judge({ advisories: all }, { exposure: table, identity: who }) {
    const affected = all.filter(({ id, state }) => state === 'affected' && advisory(id)?.disputed !== true);
    if (all.length === 0 && who.known && !isWatched(who.value.product))
      return notApplicable(`no advisories about ${who.value.product} are known here`);
    return failEach(
      affected
        .filter(({ reachableBy }) => reachableBy.length > 0)
        .map((one) => {
          const opens = opening(one, table);
          const exploited = advisory(one.id)?.knownExploited === undefined ? '' : ' It is used by intruders.';
          return fault(
            `${one.id}: ${one.title}; by ${byWhom(one, table)} (${one.because}).${exploited}`,
            [{ kind: 'upgrade', to: mendedIn(one, who) }],
            // With cells to open the engine weighs it; without, the way there decides.
            opens ? { opens, severity: one.severity } : { severity: weighedBy(table, one.severity) },
          );
        }),
    );
  },
  examples: {
    good: {
      'none known': { advisories: [], identity: identity() },
      'only an administrator could': {
        advisories: [advisoryState('CVE-2025-49844')],
        exposure: exposure([origin('host')]),
      },
      'the vendor disputes it': { advisories: [advisoryState('CVE-2022-3647', { reachableBy: ['anyone'] })] },
      'cannot be told': {
        advisories: [advisoryState('CVE-2025-49844', { state: 'unknown', reachableBy: ['nobody:default'] })],
      },
    },
    bad: {
      'without a login': {
        advisories: [
          advisoryState('CVE-2025-21605', {
            title: 'Memory fills before a login',
            severity: 'high',
            effects: ['exhaustion'],
            reachableBy: ['anyone'],
          }),
        ],
        exposure: exposure([origin('network')]),
        identity: identity({ version: '7.2.3' }),
      },
      'by a script of the application': {
        advisories: [advisoryState('CVE-2025-49844', { reachableBy: ['password:app'], fixedIn: '7.2.11' })],
        exposure: exposure([origin('network')], [actor('password', 'app')]),
      },
    },
    other: {
      'nobody collects them': {
        facts: { advisories: [], identity: identity({ product: 'garnet', version: '1.0.80' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
