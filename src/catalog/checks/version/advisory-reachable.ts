import { advisory } from '../../advisories/index.ts';
import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { actor, advisoryState, exposure, identity, origin } from '../../example-facts.ts';
import { weighedBy } from '../../readings/reachable.ts';
import { isWatched, mending } from '../../readings/upstream.ts';
import { listed } from '../../readings/values.ts';
import {
  compareSeverity,
  type AdvisoryState,
  type Exposure,
  type Fact,
  type Opening,
} from '../../../model/index.ts';

/** `anybody without a login`, `user app`: whoever has what a hole takes. */
function byWhom({ id, reachableBy }: AdvisoryState, table: Fact<Exposure>): string {
  if (reachableBy.includes('anyone'))
    return advisory(id)?.reach.from === 'bus' ? 'whoever reaches the bus port' : 'whoever reaches the port';
  const actors = new Map(table.known ? table.value.actors.map((one) => [one.id, one]) : []);
  // Who needs no login is whoever reaches the port, said in one way.
  if (reachableBy.some((who) => actors.get(who)?.kind === 'nobody' || who.startsWith('nobody:')))
    return 'whoever reaches the port';
  const words = reachableBy.map((who) => {
    const one = actors.get(who);
    if (one === undefined) return who.replace(/^[a-z-]+:/, 'user ');
    return `user ${one.user}`;
  });
  return listed([...new Set(words)], 4);
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

/** One that intruders use, or that is critical, is worth a finding of its own; the others are told together. */
const kindOf = (state: AdvisoryState, table: Fact<Exposure>): string =>
  isUsed(state) || weighedBy(table, state.severity) === 'critical'
    ? state.id
    : `${weighedBy(table, state.severity)} ${byWhom(state, table)}`;

const isUsed = ({ id }: AdvisoryState): boolean => advisory(id)?.knownExploited !== undefined;

/** Characters that a reader takes in before the list is one of ids only. */
const longest = 800;

function said(states: readonly AdvisoryState[], table: Fact<Exposure>): string {
  const [first, ...more] = states;
  if (first === undefined) return '';
  const whom = byWhom(first, table);
  if (more.length === 0)
    return `${first.id}: ${first.title}; usable by ${whom} (${first.because}).${isUsed(first) ? ' Intruders use it.' : ''}`;
  const lead = `${states.length} holes, usable by ${whom}: `;
  const told = states.map(({ id, title }) => `${id} (${title})`).join('; ');
  // Every one of them is named, whatever else has to go.
  return lead + (told.length <= longest ? told : states.map(({ id }) => id).join(', '));
}

export default defineCheck({
  title: 'Known holes of this version can be used here',
  severity: 'critical',
  why: 'The version has the hole, and somebody who is no administrator has the commands that it takes, or it takes none. That is worth more haste than a hole that nobody can get at.',
  remedy:
    'Upgrade to a release that has the fixes. Until then take the commands that the holes need from the users named, and let only the clients’ hosts reach the port.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/stack-with-enterprise/release-notes/'],
  needs: ['advisories'],
  uses: ['exposure', 'identity'],
  judge({ advisories: all }, { exposure: table, identity: who }) {
    const affected = all.filter(({ id, state }) => state === 'affected' && advisory(id)?.disputed !== true);
    if (all.length === 0 && who.known && !isWatched(who.value.product))
      return notApplicable(`no advisories about ${who.value.product} are known here`);
    const groups = Map.groupBy(
      affected.filter(({ reachableBy }) => reachableBy.length > 0),
      (state) => kindOf(state, table),
    );
    return failEach(
      [...groups.values()].map((states) => {
        const severity = states
          .map((state) => state.severity)
          .reduce((a, b) => (compareSeverity(a, b) >= 0 ? a : b));
        const opens = states.map((state) => opening(state, table)).find((one) => one !== undefined);
        return fault(
          said(states, table),
          [mending(who, states)],
          // With cells to open the engine weighs it; without, the way there decides.
          opens ? { opens, severity } : { severity: weighedBy(table, severity) },
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
      'several holes of one weight are told together': {
        advisories: ['CVE-2024-31449', 'CVE-2025-46817', 'CVE-2025-49844'].map((id) =>
          advisoryState(id, { reachableBy: ['nobody:default'], severity: 'high' }),
        ),
        exposure: exposure([origin('network')], [actor('nobody')]),
        identity: identity({ version: '7.0.15' }),
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
