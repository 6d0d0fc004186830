import { statSync, type Stats } from 'node:fs';
import { checks } from '../../catalog/checks/index.ts';
import type { CollectedServer } from '../../adapters/collect/server.ts';
import type { CollectSettings, Login, TlsFiles } from '../../adapters/collect/settings.ts';
import { findProcesses } from '../../adapters/host/index.ts';
import { audit } from '../../engine/audit.ts';
import { derive } from '../../engine/derive/index.ts';
import { targetName, valueOr, type Audit, type Evidence, type ServerAudit } from '../../model/index.ts';
import type { AuditOptions } from './audit-options.ts';
import { collectInThreads, collectingThreads } from './collect-in-threads.ts';
import { collectSettings, collectTarget, loginFor } from './collect-target.ts';
import { discover } from './discover.ts';
import { eachOf } from './each-of.ts';
import { parseTarget, type ParsedTarget } from './parse-target.ts';
import { loadSnapshot } from './snapshot.ts';
import { version } from './version.ts';

export type { AuditOptions, Login, TlsFiles };

// A loop of links or a folder that may not be entered is no file either; whoever reads it says so.
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const isFile = (path: string): boolean => statOf(path)?.isFile() ?? false;

/** One server's evidence, judged. Pure but for the loading of recorded tables: a snapshot gives the same again. */
export async function examine(name: string, evidence: Evidence): Promise<ServerAudit> {
  return audit(name, evidence, await derive(evidence), checks);
}

/** The login that goes with these targets: of the first URL that brings one, else that of the options. */
export function loginOf(targets: readonly string[], login: Login): Login {
  const parsed = targets.map((text) => parseTarget(text, isFile));
  const first =
    parsed.find(({ password }) => password !== undefined) ?? parsed.find(({ user }) => user !== undefined);
  return first ? loginFor(first, login) : login;
}

type Outcome = {
  readonly servers: readonly ServerAudit[];
  readonly failures: readonly { readonly target: string; readonly problem: string }[];
};

async function auditOne(parsed: ParsedTarget, settings: CollectSettings): Promise<Outcome> {
  if (parsed.target.kind !== 'snapshot') return judged(parsed, await collectTarget(parsed, settings));
  const saved = await loadSnapshot(parsed.target.path);
  if ('problem' in saved)
    return { servers: [], failures: [{ target: targetName(parsed.target), problem: saved.problem }] };
  const servers = await Promise.all(
    saved.evidence.map((evidence) => examine(targetName(evidence.target), evidence)),
  );
  return { servers, failures: [] };
}

const judged = async (
  { target }: ParsedTarget,
  { evidence, problem }: CollectedServer,
): Promise<Outcome> => ({
  // A server that was found behind TLS is named as it was reached.
  servers: evidence ? [await examine(targetName(evidence.target), evidence)] : [],
  failures: problem === undefined ? [] : [{ target: targetName(target), problem }],
});

/** All outcomes, in the order of the targets. */
async function auditAll(
  targets: readonly ParsedTarget[],
  options: AuditOptions,
): Promise<readonly Outcome[]> {
  const threads = collectingThreads(targets, options.concurrency);
  if (threads === 0) {
    const settings = collectSettings(options);
    return eachOf(targets, options.concurrency ?? 64, (one) => auditOne(one, settings));
  }
  const outcomes: Outcome[] = [];
  await collectInThreads(targets, options, threads, async (place, collected) => {
    outcomes[place] = await judged(targets[place] as ParsedTarget, collected);
  });
  for (const place of targets.keys())
    if (outcomes[place] === undefined) throw new Error(`nobody collected target ${place}`);
  return outcomes;
}

/**
 * Audits every target; with none, every server of the family that runs on this host. Nothing is changed anywhere.
 *
 * @throws UsageError where a target cannot be read as one
 * @example const audit = await auditTargets(['redis://10.0.0.5'], { login: { password } });
 */
export async function auditTargets(targets: readonly string[], options: AuditOptions = {}): Promise<Audit> {
  const typed = targets.map((text) => parseTarget(text, isFile));
  const found = targets.length === 0 && options.host !== false ? valueOr(await findProcesses(), []) : [];
  const parsed = targets.length === 0 ? await discover(found) : typed;
  const outcomes = await auditAll(parsed, options);
  return {
    schema: 'keyward.audit/1',
    version,
    servers: outcomes.flatMap(({ servers }) => servers),
    failures: outcomes.flatMap(({ failures }) => failures),
  };
}
