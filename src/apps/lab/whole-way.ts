import { setTimeout as wait } from 'node:timers/promises';
import { readSecrets } from '../../adapters/journal/secrets-file.ts';
import type { Tried, TriedFrom } from '../../catalog/plan-reports/tried-from.ts';
import type { Plan } from '../../model/index.ts';
import { auditTargets } from '../library/audit-targets.ts';
import { applyPlan } from '../library/change/apply-plan.ts';
import { makePlan } from '../library/change/make-plan.ts';
import { administratorOf } from '../library/change/prove-plan.ts';
import { confirmPlan, provenAgain } from '../library/change/settle-plan.ts';
import type { Application } from './application.ts';
import type { LabOutcome } from './outcome.ts';
import type { Login } from './stranger.ts';

/** One connection from one host. */
export interface Seen {
  readonly host: string;
  readonly address: string;
  readonly tried: Tried;
}

/** The hosts around the server. */
export interface Around {
  /** All of them, and the server's own, without a login. */
  strangers(): Promise<readonly Seen[]>;
  /** That of the application, with a login. */
  application(login: Login): Promise<readonly Seen[]>;
  /** What they find when they try the promises of a plan, as those who come through or do not. */
  prove(plan: Plan, tried: readonly TriedFrom[]): Promise<NonNullable<LabOutcome['provedAround']>>;
}

/** A weak server that runs, and all that the way needs to know of it. */
export interface Stage {
  readonly target: string;
  readonly secretsFile: string;
  /** What only the owner knows, beside the size of its memory. */
  readonly answers: ReadonlyMap<string, string>;
  startApplication(): Promise<Application>;
  readonly around?: Around;
}

/** Audit, plan, apply, confirm, prove, and audit again, while the application talks to the server. */
export async function wholeWay(stage: Stage, say: (line: string) => void): Promise<LabOutcome> {
  const { target, secretsFile, around } = stage;
  const application = await stage.startApplication();
  try {
    say('an application talks to it from now on, all the time');
    await wait(300);
    if (around) say('every host around it tries what a stranger may do there');
    const triedBefore = await around?.strangers();
    say('audit');
    const before = await auditTargets([target]);
    say('plan (nothing is changed)');
    const { plan } = await makePlan([target], {
      answers: new Map([['maxmemory', '64mb'], ...stage.answers]),
      // Programs and folders above them are this machine's own: the lab leaves them alone.
      except: ['files'],
      censusSeconds: 1,
    });
    say(`apply: ${plan.steps.length} steps, all or none`);
    const applied = await applyPlan(plan, {
      secretsFile,
      patience: 20,
      confirmWithin: 60,
      say: (line) => say(`  ${line}`),
    });
    if (applied.outcome.kind !== 'applied')
      throw new Error(`apply ended as ${applied.outcome.kind}: ${JSON.stringify(applied.outcome)}`);
    say('confirm: every new login over a new connection');
    const confirmed = await confirmPlan(plan.id);
    if (confirmed.kind !== 'done') throw new Error(`not confirmed: ${confirmed.why}`);
    say('prove: what was closed is tried again');
    const proof = await provenAgain(plan.id, { audit: false });
    const secrets = readSecrets(secretsFile)?.secrets ?? {};
    if (around) say('every host around it tries again');
    const tried = around && triedBefore && (await sideBySide(around, triedBefore, secrets['user:app']));
    const provedAround = tried && (await around.prove(plan, tried));
    const login = administratorOf(plan, secrets);
    say('audit again');
    const after = await auditTargets([target], login ? { login } : {});
    return {
      before,
      plan,
      outcome: confirmed,
      proof,
      after,
      served: await application.stop(),
      ...(tried ? { tried } : {}),
      ...(provedAround ? { provedAround } : {}),
    };
  } finally {
    await application.stop();
  }
}

async function sideBySide(
  around: Around,
  before: readonly Seen[],
  login: Login | undefined,
): Promise<readonly TriedFrom[]> {
  const after = await around.strangers();
  const rows = before.flatMap(({ tried, ...who }): readonly TriedFrom[] => {
    const again = after.find(({ host, address }) => host === who.host && address === who.address);
    return again ? [{ ...who, before: tried, after: again.tried }] : [];
  });
  const known = login ? await around.application(login) : [];
  const last = rows.findLastIndex(({ host }) => host === known[0]?.host);
  return rows.toSpliced(
    last + 1,
    0,
    ...known.map(({ host, address, tried }) => ({
      host,
      address,
      ...(login ? { user: login.user } : {}),
      after: tried,
    })),
  );
}
