/** Short words for the tests of this folder: an audit of one server, and its facts. */
import {
  auditTargets,
  type Audit,
  type AuditOptions,
  type CollectedFacts,
  type Fact,
  type ServerAudit,
} from '../../../src/index.ts';
import type { RunningServer } from '../../../src/adapters/servers/index.ts';

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

/** What is found when nobody names a target: of this server only, whatever else runs here. */
export async function discovered(
  { pid }: Pick<RunningServer, 'pid'>,
  options: AuditOptions = {},
): Promise<{ readonly server: ServerAudit; readonly audit: Audit }> {
  const audit = await auditTargets([], options);
  const server = audit.servers.find(
    ({ evidence: { facts } }) => facts.process.known && facts.process.value.pid === pid,
  );
  if (!server) throw new Error(`process ${pid} was not found: ${JSON.stringify(audit.failures)}`);
  return { server, audit };
}

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
