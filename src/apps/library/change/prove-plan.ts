import { hostname } from 'node:os';
import type { Plan, Proof, ServerAudit, Trial } from '../../../model/index.ts';
import { targetName, withoutUser } from '../../../model/index.ts';
import { auditTargets } from '../audit-targets.ts';
import { version } from '../version.ts';
import type { ProveOptions } from './options.ts';
import { trialsFrom, trialsOutside } from './prove-from.ts';
import { promisesOf } from './promises.ts';
import { assertPrivate } from './private-only.ts';
import { reachWorld } from './reach-world.ts';
import type { Secret } from '../../../adapters/journal/secrets-file.ts';

/**
 * Tries again, harmlessly and over new connections, all that a plan promised, and audits the servers anew.
 *
 * @example const { proof } = await provePlan(plan, secrets, { login })
 */
export async function provePlan(
  plan: Plan,
  secrets: Readonly<Record<string, Secret>>,
  options: ProveOptions = {},
): Promise<Proof> {
  await assertPrivate(plan.nodes, options);
  const world = reachWorld(plan.nodes, options, secrets);
  const trials: Trial[] = [];
  try {
    if (options.outside) trials.push(...(await trialsOutside(plan, secrets, options)));
    else for (const claim of promisesOf(plan)) trials.push(await world.test(claim));
  } finally {
    await world.close();
  }
  for (const name of options.from ?? []) trials.push(...(await trialsFrom(name, plan, secrets, options)));
  const audits =
    options.audit === false || options.outside === true
      ? []
      : await auditAgain(plan, secrets, trials, options);
  return proofOf(plan, trials, audits);
}

/** With the plan's administrator where he gets in: the login that the operator had may be closed. */
async function auditAgain(
  plan: Plan,
  secrets: Readonly<Record<string, Secret>>,
  trials: readonly Trial[],
  options: ProveOptions,
): Promise<readonly ServerAudit[]> {
  const admin = administratorOf(plan, secrets);
  const isOut = trials.some(
    ({ claim, outcome }) =>
      outcome !== 'held' &&
      claim.claim === 'login' &&
      claim.as.kind === 'user' &&
      claim.as.user === admin?.user,
  );
  const login = (isOut ? undefined : admin) ?? options.login ?? {};
  const targets = plan.nodes.map(({ target }) => targetName(withoutUser(target)));
  return (await auditTargets(targets, { ...options, login })).servers;
}

/** The login of the administrator that the plan made. */
export function administratorOf(plan: Plan, secrets: Readonly<Record<string, Secret>>): Secret | undefined {
  const step = plan.steps.find(({ kind }) => kind === 'administrator');
  const user = step?.does.find((action) => action.do === 'set-user');
  if (user?.do !== 'set-user') return undefined;
  return Object.values(secrets).find((secret) => secret.user === user.user);
}

function proofOf(plan: Plan, trials: readonly Trial[], audits: readonly ServerAudit[]): Proof {
  const count = (outcome: Trial['outcome']): number =>
    trials.filter((trial) => trial.outcome === outcome).length;
  return {
    schema: 'keyward.proof/1',
    version,
    plan: plan.id,
    targets: plan.nodes.map(({ target }) => targetName(target)),
    madeAt: new Date().toISOString(),
    from: hostname(),
    trials,
    summary: { held: count('held'), broken: count('broken'), untried: count('untried') },
    ...(audits.length > 0
      ? {
          audits: audits.map(({ name, health, counts, exposure }) => ({
            name,
            health,
            counts,
            nobodyCells: exposure.known
              ? exposure.value.cells.filter(({ as }) => as.startsWith('nobody')).length
              : 0,
          })),
        }
      : {}),
  };
}
