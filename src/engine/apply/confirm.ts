import type { Claim, Entry, JournalSink, Outcome, Plan, Trial, World } from '../../model/index.ts';
import { standingOf } from './standing.ts';

/** What must hold over new connections before a plan is confirmed: whoever should get in does, with what they were given. */
export function confirmationsOf(plan: Plan): readonly Claim[] {
  const logins = plan.steps.flatMap(({ proves }) =>
    proves.filter((claim) => claim.claim === 'login' && claim.accepted),
  );
  const answers = plan.nodes.map(({ id }): Claim => ({ claim: 'answers', node: id }));
  const seen = new Map([...answers, ...logins].map((claim) => [JSON.stringify(claim), claim]));
  return [...seen.values()];
}

export type Confirmed =
  | (Outcome & { readonly kind: 'done' })
  | { readonly kind: 'not-confirmed'; readonly why: string; readonly trials: readonly Trial[] };

/**
 * Ends the clock of an applied plan. Only where every login of the plan works over a new connection; else nothing is
 * written, and the clock runs on.
 */
export async function confirm(
  entries: readonly Entry[],
  world: World,
  journal: JournalSink,
): Promise<Confirmed> {
  const { plan, standing } = standingOf(entries);
  const not = (why: string, trials: readonly Trial[] = []): Confirmed => ({
    kind: 'not-confirmed',
    why,
    trials,
  });
  if (standing.kind === 'ended')
    return standing.outcome.kind === 'done'
      ? { kind: 'done' }
      : not(`it ended before: ${standing.outcome.kind}`);
  if (!plan || standing.kind !== 'applied') return not('its steps are not all done');
  const trials: Trial[] = [];
  for (const claim of confirmationsOf(plan)) trials.push(await world.test(claim));
  const broken = trials.find(({ outcome }) => outcome === 'broken');
  if (broken) return not(broken.saw, trials);
  await journal.append({ entry: 'confirmed', at: world.now() });
  const outcome = { kind: 'done' } as const;
  await journal.append({ entry: 'end', at: world.now(), outcome });
  return outcome;
}
