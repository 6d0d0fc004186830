import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createJournal } from '../../../adapters/journal/journal-file.ts';
import { startOf } from '../../../adapters/journal/lock.ts';
import {
  readSecrets,
  secretsFor,
  writeSecrets,
  type SecretsFile,
} from '../../../adapters/journal/secrets-file.ts';
import { apply, type Applied } from '../../../engine/apply/index.ts';
import { referencesIn } from '../../../engine/plan-check/references.ts';
import type { Plan } from '../../../model/index.ts';
import { UsageError } from '../usage-error.ts';
import { withNeighbours } from './changed-since.ts';
import { confirmJournal, finishJournal, patienceOf } from './finish.ts';
import { journalPath, openJournal, pendingOf } from './journals.ts';
import { lockServers } from './locks.ts';
import { sweepHalfWritten } from './half-written.ts';
import { formerSecretsOf, ownSecretsOf, recallLogins } from './published-logins.ts';
import type { ApplyPlanOptions } from './options.ts';
import { assertPrivate } from './private-only.ts';
import { reachWorld } from './reach-world.ts';
import { strangerAmong } from './same-server.ts';
import { startWatchdog, type Orders } from './watchdog.ts';

export interface ApplyResult {
  readonly outcome: Applied;
  /** Where it is written what was done; `keyward confirm` and `keyward undo` take it. Absent where nothing was begun. */
  readonly journal?: string;
  /** Where the generated secrets are, mode 0600. */
  readonly secrets?: string;
}

const refused = (why: string): ApplyResult => ({ outcome: { kind: 'refused', why } });

/** What an earlier run left is brought to its end first; what waits for a confirmation stands in the way. */
async function clearTheWay(plan: Plan, options: ApplyPlanOptions): Promise<string | undefined> {
  for (const journal of pendingOf(plan.nodes)) {
    const settled = await finishJournal(journal, options).catch((error: unknown) => {
      // Somebody else has the server right now: that is for whoever asked to know, and no fault.
      if (error instanceof UsageError) return error;
      throw error;
    });
    if (settled instanceof UsageError) return `${settled.message}: ${settled.hint}`;
    if (settled.kind === 'waiting')
      return `a change of this server waits for its confirmation until ${settled.deadline}: keyward confirm ${journal.plan?.id ?? journal.path}, or keyward undo`;
    if (settled.kind === 'stuck')
      return `an earlier change of this server is stuck (${settled.left[0]?.why ?? settled.why}): see ${journal.path}`;
    options.say?.(`what an earlier run had left in the middle is undone (${journal.path})`);
  }
  return undefined;
}

/**
 * Applies a plan: journal, do, prove, else undo. Ends in `applied` with a deadline, unless it confirms itself
 * (`confirmWithin: 0`), or in `done`, `refused`, `undone` or `stuck`.
 *
 * @throws UsageError where the secrets file is not one
 */
export async function applyPlan(plan: Plan, options: ApplyPlanOptions = {}): Promise<ApplyResult> {
  if (plan.steps.length === 0) return refused('this plan has no steps');
  await assertPrivate(plan.nodes, options);
  const obstacle = await clearTheWay(plan, options);
  if (obstacle !== undefined) return refused(obstacle);
  const lock = lockServers(plan.nodes);
  if ('heldBy' in lock)
    return refused(
      `another Keyward (process ${lock.heldBy}) is at work on this server: wait until it has ended`,
    );
  try {
    // Between the two somebody else may have come and gone.
    const [other] = pendingOf(plan.nodes);
    if (other) return refused(`another Keyward has just changed this server: see ${other.path}`);
    const stranger = await strangerAmong(plan, options);
    if (stranger !== undefined) return refused(stranger);
    return await applyLocked(plan, options, () => lock.release());
  } finally {
    lock.release();
  }
}

/** Those that a step puts on a server: the login of a step that is held works nowhere, and nobody is told it. */
function requestsOf({ secrets, steps }: Plan): Plan['secrets'] {
  const used = referencesIn(steps).secrets;
  return secrets.filter(({ id }) => used.has(id));
}

async function applyLocked(plan: Plan, options: ApplyPlanOptions, release: () => void): Promise<ApplyResult> {
  const path = journalPath(plan.id);
  // Ours are on disk before the first step. Those who take their logins from the file that the user named get them
  // when they work, and not before.
  const ownPath = ownSecretsOf(path);
  const secretsPath = options.secretsFile ?? ownPath;
  const requests = requestsOf(plan);
  const publishes = requests.length > 0 && secretsPath !== ownPath;
  sweepHalfWritten([ownPath, resolve(secretsPath)].map((one) => dirname(one)));
  const had = secretsIn(secretsPath);
  let published = false;
  const publish = (): void => {
    if (!published && publishes) writeSecrets(secretsPath, file);
    published = true;
  };
  const file = secretsFor(plan.id, requests, had);
  const { confirmWithin = 300 } = options;
  const world = reachWorld(plan.nodes, options, file.secrets);
  let journal: ReturnType<typeof createJournal>;
  try {
    discardUntouched(path);
    journal = createJournal(path);
  } catch (error) {
    await world.close();
    const { code, message } = error as { code?: string; message: string };
    return refused(
      code === 'EEXIST'
        ? `this plan was applied before (see ${path}): make a new one`
        : `no journal can be written: ${message}`,
    );
  }
  try {
    try {
      if (requests.length > 0) writeSecrets(ownPath, file);
      if (publishes && had) writeSecrets(formerSecretsOf(path), had);
      if (publishes) accessSync(dirname(resolve(secretsPath)), constants.W_OK);
    } catch (error) {
      forget(path);
      return refused(`the new logins cannot be written: ${(error as Error).message}`);
    }
    await startedWatchdog({
      journal: path,
      applier: { pid: process.pid, started: startOf(process.pid) ?? '' },
      reach: {
        ...(options.login ? { login: options.login } : {}),
        ...(options.tls ? { tls: options.tls } : {}),
        ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
        ...(options.sshConfig === undefined ? {} : { sshConfig: options.sshConfig }),
        allowPublic: options.allowPublic ?? false,
        renames: [...(options.renames ?? [])],
      },
    });
    const outcome = await apply(plan, world, withNeighbours(journal, world), {
      patience: (options.patience ?? 60) * 1000,
      // Who confirms at once still needs the time to do it.
      confirmWithin: confirmWithin === 0 ? 60 : confirmWithin,
      pid: process.pid,
      secretsFile: ownPath,
      ...(publishes ? { publishedSecrets: resolve(secretsPath) } : {}),
      wayBack: { tell: () => published && recallLogins(path, secretsPath), ...patienceOf(options) },
      say: (step, what, words) => {
        if (what === 'begins' && step.guard.some(({ claim }) => claim === 'unused' || claim === 'moved'))
          publish();
        options.say?.(
          what === 'begins'
            ? `${step.id} ${words}`
            : what === 'waits'
              ? `${step.id} waits: ${words}`
              : `${step.id} done`,
        );
      },
    });
    if (outcome.kind !== 'applied') {
      if (outcome.kind === 'refused') forget(path);
      return { outcome, ...(outcome.kind === 'refused' ? {} : { journal: path }) };
    }
    const done = {
      journal: path,
      ...(requests.length > 0 ? secretsPlace(publish, secretsPath, ownPath) : {}),
    };
    if (confirmWithin > 0) return { outcome, ...done };
    release();
    const confirmed = await confirmJournal(openJournal(path), options);
    if (confirmed.kind === 'done') return { outcome: confirmed, ...done };
    const back = await finishJournal(openJournal(path), options, { takeBack: confirmed.why });
    return {
      outcome: back.kind === 'waiting' ? { kind: 'applied', deadline: back.deadline } : back,
      journal: path,
    };
  } finally {
    journal.close();
    await world.close();
  }
}

/** The journal of a run that was killed before it changed anything: its plan is as good as new. */
function discardUntouched(path: string): void {
  if (!existsSync(path)) return;
  const { problem, standing } = openJournal(path);
  const untouched =
    standing.kind === 'nothing' || (standing.kind === 'ended' && standing.outcome.kind === 'refused');
  if (problem === undefined && untouched) forget(path);
}

/** Nothing was begun: there is nothing to come back to, and nobody has these logins. */
function forget(journal: string): void {
  for (const path of [journal, ownSecretsOf(journal), formerSecretsOf(journal)])
    rmSync(path, { force: true });
}

/** Nothing was begun without it: its journal is no journal yet. */
async function startedWatchdog(orders: Orders): Promise<void> {
  try {
    await startWatchdog(orders);
  } catch (error) {
    forget(orders.journal);
    throw new UsageError(
      `the watchdog could not be started: ${(error as Error).message}`,
      'Nothing was changed: without it nobody would put things back after a crash.',
    );
  }
}

/** Where the secrets are in the end: where the user wanted them, else where we keep ours. */
function secretsPlace(publish: () => void, wanted: string, own: string): { readonly secrets: string } {
  try {
    publish();
    return { secrets: wanted };
  } catch {
    return { secrets: own };
  }
}

function secretsIn(path: string): SecretsFile | undefined {
  try {
    return readSecrets(path);
  } catch (error) {
    throw new UsageError((error as Error).message, 'Name another file with --secrets.');
  }
}
