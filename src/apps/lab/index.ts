import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findServers, type RunningServer, type ServerBinary } from '../../adapters/servers/index.ts';
import { atEnd } from '../../adapters/servers/cleanup.ts';
import { readSecrets } from '../../adapters/journal/secrets-file.ts';
import type { Audit, Outcome, Plan, Proof } from '../../model/index.ts';
import { auditTargets } from '../library/audit-targets.ts';
import { applyPlan } from '../library/change/apply-plan.ts';
import { makePlan } from '../library/change/make-plan.ts';
import { administratorOf } from '../library/change/prove-plan.ts';
import { confirmPlan, provenAgain } from '../library/change/settle-plan.ts';
import { UsageError } from '../library/usage-error.ts';
import { startApplication, type Served } from './application.ts';
import { privateNetwork } from './private-network.ts';
import { weakServer } from './servers.ts';

export interface LabOptions {
  /** A folder with servers that `npm run servers` unpacked; those of the PATH are looked at anyway. */
  readonly directory?: string;
  /** Progress, a line each. */
  readonly say: (line: string) => void;
}

export interface LabOutcome {
  readonly before: Audit;
  readonly plan: Plan;
  /** How apply and confirm ended. */
  readonly outcome: Outcome;
  readonly proof: Proof;
  readonly after: Audit;
  /** What became of the requests of the application that talked to the server all the time. */
  readonly served: Served;
}

/** The newest server there is: it should not be found wanting for its age. */
function newest(servers: readonly ServerBinary[]): ServerBinary {
  const [best] = servers.toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
  if (best) return best;
  throw new UsageError(
    'there is no Redis or Valkey server on this machine to play with',
    'Install one (redis-server, valkey-server), or run ./keyward lab from a checkout: it unpacks one into its cache.',
  );
}

/**
 * Starts a deliberately weak real server with a live application in a temporary place, and goes the whole way: audit,
 * plan, apply, confirm, prove, and audit again. Nothing is left behind. The server listens on every address, so it
 * lives in a network of its own that leads nowhere; where none can be made it listens on loopback only.
 */
export async function runLab({ directory, say }: LabOptions): Promise<LabOutcome> {
  const server = newest(await findServers(directory === undefined ? {} : { directory }));
  const place = mkdtempSync(join(tmpdir(), 'keyward-lab-'));
  const state = process.env.KEYWARD_STATE;
  const leave = (): void => {
    rmSync(place, { recursive: true, force: true });
    if (state === undefined) delete process.env.KEYWARD_STATE;
    else process.env.KEYWARD_STATE = state;
  };
  const forget = atEnd(leave);
  process.env.KEYWARD_STATE = place;
  let running: RunningServer | undefined;
  try {
    const network = await privateNetwork();
    say(
      `starting a weak ${server.product} ${server.version} ${network ? 'in a network of its own that leads nowhere' : 'on loopback only'}`,
    );
    const weak = await weakServer(server.path, network);
    running = weak.server;
    return await wholeWay(weak, join(place, 'secrets.json'), say);
  } finally {
    await running?.stop();
    leave();
    forget();
    say('the server is stopped and removed');
  }
}

async function wholeWay(
  { target, address }: Awaited<ReturnType<typeof weakServer>>,
  secretsFile: string,
  say: (line: string) => void,
): Promise<LabOutcome> {
  const application = startApplication(address, secretsFile);
  try {
    say('an application talks to it from now on, all the time');
    await wait(300);
    say('audit');
    const before = await auditTargets([target]);
    say('plan (nothing is changed)');
    const { plan } = await makePlan([target], {
      answers: new Map([['maxmemory', '64mb']]),
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
    const login = administratorOf(plan, readSecrets(secretsFile)?.secrets ?? {});
    say('audit again');
    const after = await auditTargets([target], login ? { login } : {});
    return { before, plan, outcome: confirmed, proof, after, served: await application.stop() };
  } finally {
    await application.stop();
  }
}
