import { hostname } from 'node:os';
import { startOf } from '../../../adapters/journal/lock.ts';
import type { Outcome, Plan, Proof } from '../../../model/index.ts';
import { targetName, withoutUser } from '../../../model/index.ts';
import { loginOf } from '../audit-targets.ts';
import { UsageError } from '../usage-error.ts';
import type { Confirmed, Settled } from '../../../engine/apply/index.ts';
import { confirmJournal, finishJournal, secretsOf } from './finish.ts';
import { allJournals, laterOn, openJournal, type KnownJournal } from './journals.ts';
import type { ReachOptions, UndoOptions } from './options.ts';
import { provePlan } from './prove-plan.ts';
import type { ProveOptions } from './options.ts';

function planOf({ plan, path, problem }: KnownJournal): Plan {
  if (plan) return plan;
  throw new UsageError(
    problem ?? `${path} holds no plan: it was cut short before anything was changed`,
    'There is nothing to confirm or to undo.',
  );
}

/**
 * Keeps what was applied, when every new login works over a new connection.
 *
 * @param named the plan's id, or the path of its journal
 * @throws UsageError where there is no such journal
 */
export async function confirmPlan(named: string, options: ReachOptions = {}): Promise<Confirmed> {
  const journal = openJournal(named);
  planOf(journal);
  return confirmJournal(journal, options);
}

/**
 * Puts back exactly what was; what somebody changed since stays, and the outcome is `stuck` with its name.
 *
 * @throws UsageError where a later plan changed the same things: that one goes back first
 */
export async function undoPlan(named: string, options: UndoOptions = {}): Promise<Outcome> {
  const journal = openJournal(named);
  planOf(journal);
  if (journal.problem !== undefined)
    throw new UsageError(
      journal.problem,
      'Put the journal back from a backup, or put the files back by hand: its first lines hold them.',
    );
  const [later] = laterOn(journal);
  if (later?.plan)
    throw new UsageError(
      `plan ${later.plan.id} changed some of the same things after it, and would be left half`,
      `Take that one back first: keyward undo ${later.plan.id}.`,
    );
  const settled: Settled = await finishJournal(journal, options, { takeBack: 'you asked for it' });
  return settled.kind === 'waiting'
    ? { kind: 'refused', why: `it waits until ${settled.deadline}` }
    : settled;
}

/** The newest journal of a done plan that has this server. */
const journalOfTarget = (target: string): KnownJournal | undefined =>
  allJournals().find(
    ({ plan, standing }) =>
      (standing.kind === 'applied' || (standing.kind === 'ended' && standing.outcome.kind === 'done')) &&
      plan?.nodes.some((node) => targetName(withoutUser(node.target)) === target),
  );

const isTarget = (text: string): boolean => /:\/\/|^[^/]*:\d+$/.test(text);

/**
 * Tries again all that a plan promised: named by its id, its journal, or a server that it changed. A server that no
 * plan of this host changed is tried at its door: as nobody, and with a wrong password.
 */
export async function provenAgain(what: string, options: ProveOptions = {}): Promise<Proof> {
  if (!isTarget(what)) {
    const journal = openJournal(what);
    return provePlan(planOf(journal), secretsOf(journal), options);
  }
  const { parseTarget } = await import('../parse-target.ts');
  const { target } = parseTarget(what, () => false);
  const login = loginOf([what], options.login ?? {});
  const journal = journalOfTarget(targetName(withoutUser(target)));
  if (journal?.plan) return provePlan(journal.plan, secretsOf(journal), { ...options, login });
  return provePlan(doorPlan(target), {}, { ...options, login });
}

/** What must hold of any server that is closed. */
function doorPlan(target: Plan['nodes'][number]['target']): Plan {
  const node = 'n1';
  return {
    schema: 'keyward.plan/1',
    version: '',
    id: `the door of ${targetName(withoutUser(target))}`,
    madeAt: new Date().toISOString(),
    policy: 'essential',
    nodes: [{ id: node, target, product: 'unknown', version: '', mode: 'standalone', role: 'master' }],
    secrets: [],
    steps: [
      {
        id: 's1',
        kind: 'close-default',
        node,
        title: `the door, tried from ${hostname()}`,
        checks: [],
        does: [],
        undo: [],
        guard: [],
        proves: [
          { claim: 'login', node, as: { kind: 'nobody' }, accepted: false },
          { claim: 'login', node, as: { kind: 'wrong', user: 'default' }, accepted: false },
          { claim: 'answers', node },
        ],
        risk: { level: 'none' },
        closes: [],
        needs: 'server',
      },
    ],
    held: [],
    unmet: [],
    previews: [],
    census: [],
    basis: [],
  };
}

export interface ListedJournal {
  readonly plan: string;
  readonly at: string;
  readonly standing: string;
  readonly targets: readonly string[];
}

/** What was applied from this host, the newest first. */
export const listJournals = (): readonly ListedJournal[] =>
  allJournals().map(({ plan, standing, path, pid }) => ({
    plan: plan?.id ?? path,
    at: plan?.madeAt.slice(0, 19) ?? '',
    standing:
      standing.kind === 'ended'
        ? standing.outcome.kind
        : standing.kind === 'applied'
          ? `waits until ${standing.deadline.slice(11, 19)}`
          : standing.kind === 'interrupted' && startOf(pid) !== undefined
            ? 'at work'
            : standing.kind,
    targets: (plan?.nodes ?? []).map(({ target }) => targetName(withoutUser(target))),
  }));
