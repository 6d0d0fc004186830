import { hostname } from 'node:os';
import type { Claim, Plan, Proof, ServerAudit, Trial } from '../../../model/index.ts';
import { targetName, withoutUser } from '../../../model/index.ts';
import { auditTargets } from '../audit-targets.ts';
import { version } from '../version.ts';
import type { ReachOptions } from './options.ts';
import { reachWorld } from './reach-world.ts';
import type { Secret } from '../../../adapters/journal/secrets-file.ts';

export interface ProveOptions extends ReachOptions {
  /** Audit again from scratch; true. */
  readonly audit?: boolean;
}

/** What a plan promised, each claim once, the latest word on a thing last: later steps may take back earlier ones. */
export function promisesOf({ steps }: Plan): readonly Claim[] {
  const seen = new Map<string, Claim>();
  for (const { proves } of steps) for (const claim of proves) seen.set(subjectOf(claim), claim);
  return [...seen.values()];
}

/** What a claim is about, without what it says of it. */
function subjectOf(claim: Claim): string {
  const about: Record<string, unknown> = { ...claim };
  for (const said of ['accepted', 'permitted', 'open', 'value', 'exists', 'required', 'words'] as const)
    if (!(said === 'words' && claim.claim === 'command')) delete about[said];
  return JSON.stringify(about);
}

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
  const world = reachWorld(plan.nodes, options, secrets);
  const trials: Trial[] = [];
  try {
    for (const claim of promisesOf(plan)) trials.push(await world.test(claim));
  } finally {
    await world.close();
  }
  const audits = options.audit === false ? [] : await auditAgain(plan, secrets, options);
  return proofOf(plan, trials, audits);
}

/** With the plan's administrator where there is one: the login that the operator had may be closed. */
async function auditAgain(
  plan: Plan,
  secrets: Readonly<Record<string, Secret>>,
  options: ProveOptions,
): Promise<readonly ServerAudit[]> {
  const admin = administratorOf(plan, secrets);
  const login = admin ?? options.login ?? {};
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
