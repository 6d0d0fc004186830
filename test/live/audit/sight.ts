/** Short words for the tests of this folder: an audit of one server, and its facts. */
import { collectServer } from '../../../src/adapters/collect/server.ts';
import type { CollectSettings } from '../../../src/adapters/collect/settings.ts';
import { findProcesses } from '../../../src/adapters/host/index.ts';
import { createSecretMeter } from '../../../src/adapters/secrets/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';
import { discover } from '../../../src/apps/library/discover.ts';
import {
  auditTargets,
  examine,
  targetName,
  type AuditOptions,
  type CollectedFacts,
  type Fact,
  type ServerAudit,
} from '../../../src/index.ts';

export interface Seen {
  readonly server: ServerAudit;
  readonly problems: readonly string[];
}

/** The audit of one target; throws where it gave none. */
export async function see(target: string, options: AuditOptions = {}): Promise<Seen> {
  const { servers, failures } = await auditTargets([target], options);
  const problems = failures.map(({ problem }) => problem);
  const [server] = servers;
  if (!server) throw new Error(problems.join('\n'));
  return { server, problems };
}

/** Why a target could not be audited at all. */
export async function refusal(target: string, options: AuditOptions = {}): Promise<string> {
  const { servers, failures } = await auditTargets([target], options);
  if (servers.length > 0 || failures.length !== 1) throw new Error(`${target} was audited`);
  return failures[0]?.problem ?? '';
}

/**
 * What is found when nobody names a target: of this server only, since hundreds of others may run here while tests do.
 * `problem` is what the person is told.
 */
export async function discovered({ pid }: Pick<RunningServer, 'pid'>): Promise<Found> {
  const processes = valueOf(await findProcesses()).filter(({ process }) => process.pid === pid);
  const [found] = await discover(processes);
  if (found?.target.kind !== 'tcp' && found?.target.kind !== 'unix')
    throw new Error(`no way to process ${pid}`);
  const { evidence, problem } = await collectServer(found.target, settings, found);
  if (!evidence) throw new Error(problem);
  return { server: await examine(targetName(evidence.target), evidence), ...(problem ? { problem } : {}) };
}

export interface Found {
  readonly server: ServerAudit;
  readonly problem?: string;
}

const settings: CollectSettings = {
  login: {},
  tls: { insecure: false },
  timeout: 3000,
  renames: new Map(),
  host: true,
  allowPublic: false,
  meter: createSecretMeter(() => Buffer.alloc(32, 7)),
  now: () => new Date().toISOString(),
};

/** The value of a fact; throws with the reason where it is not known. */
export function valueOf<T>(fact: Fact<T>): T {
  if (!fact.known) throw new Error(`${fact.why}: ${fact.detail}`);
  return fact.value;
}

/** `known`, or why not. */
export const stateOf = (fact: Fact<unknown>): string => (fact.known ? 'known' : fact.why);

export const statesOf = (
  { evidence: { facts } }: ServerAudit,
  names: readonly (keyof CollectedFacts)[],
): Readonly<Record<string, string>> => Object.fromEntries(names.map((name) => [name, stateOf(facts[name])]));
