import { fromCidr } from '../../../lang/packets/index.ts';
import { printable } from '../../../lang/text/index.ts';
import { derive } from '../../../engine/derive/index.ts';
import type { DoorWay } from '../../../engine/origins.ts';
import type { Asking } from '../../../engine/derive/firewall-origins.ts';
import {
  valueOr,
  type Evidence,
  type FirewallFacts,
  type FirewallReport,
  type FirewallTable,
  type NamedRange,
  type Origin,
  type ServerAudit,
} from '../../../model/index.ts';
import { auditTargets, type AuditOptions } from '../audit-targets.ts';
import { UsageError } from '../usage-error.ts';
import type { SupposedHost } from './ask-files.ts';
import type { FirewallChange, FirewallChangeOptions } from './change.ts';

export type { SupposedHost } from './ask-files.ts';
export type { FirewallChange, FirewallChangeOptions } from './change.ts';

export interface FirewallOptions extends AuditOptions {
  /** Ranges that answers call by name: the office, a VPN. */
  readonly names?: readonly NamedRange[];
  /** Files with rules, asked in place of a host. */
  readonly files?: readonly string[];
  /** With `files`: the host that they are for. */
  readonly supposed?: SupposedHost;
}

/**
 * Who gets through packet filters to each port of these servers, and by which rule; without targets, of all on this
 * host. Nothing is changed anywhere.
 *
 * @example const { servers } = await showFirewall([]); servers[0]?.origins
 */
export const showFirewall = (
  targets: readonly string[],
  options: FirewallOptions = {},
): Promise<FirewallReport> => ask('show', targets, options, namesOf(options));

/**
 * Which rule decides over one source, an address or a network.
 *
 * @throws UsageError where the source is neither
 * @example await whyFirewall('203.0.113.9', ['redis://10.0.0.5'])
 */
export async function whyFirewall(
  source: string,
  targets: readonly string[],
  options: FirewallOptions = {},
): Promise<FirewallReport> {
  const only = fromCidr(source);
  if (!only)
    throw new UsageError(
      `${printable(source, 60)} is neither an address nor a network`,
      'Write it as 203.0.113.9 or 203.0.113.0/24.',
    );
  const report = await ask('why', targets, options, { ...namesOf(options), only });
  // Every row is about the one who was asked for.
  const servers = report.servers.map((server) => ({
    ...server,
    origins: server.origins.map((origin) => ({ ...origin, label: printable(source, 60) })),
  }));
  return { ...report, servers, source };
}

/** What a restart of the host changes: rules of the kernel against the files that are loaded at boot. */
export const diffFirewall = (
  targets: readonly string[],
  options: FirewallOptions = {},
): Promise<FirewallReport> => ask('diff', targets, options, namesOf(options));

/**
 * A plan by which these sources may open connections to these servers as well: added to those whom rules of ours let
 * in so far, and where there are none, these alone. Nothing is changed.
 *
 * @throws UsageError where a source is neither an address nor a network, or a server cannot be looked at
 * @example const { plan } = await allowSources(['10.0.0.0/8', 'fd00::/8'], ['redis://10.0.0.5']); plan.held
 */
export const allowSources = async (
  sources: readonly string[],
  targets: readonly string[],
  options?: FirewallChangeOptions,
): Promise<FirewallChange> => (await import('./change.ts')).planChange('allow', sources, targets, options);

/**
 * A plan by which these sources may no longer: taken away from those whom rules of ours let in so far, and where there
 * are none, from all who reach the servers now. Who was seen to use a server is not locked out: the step is held.
 *
 * @throws UsageError where a source is neither an address nor a network, or a server cannot be looked at
 */
export const denySources = async (
  sources: readonly string[],
  targets: readonly string[],
  options?: FirewallChangeOptions,
): Promise<FirewallChange> => (await import('./change.ts')).planChange('deny', sources, targets, options);

const namesOf = ({ names = [] }: FirewallOptions): Asking => {
  const wrong = names.find(({ range }) => fromCidr(range) === undefined);
  if (wrong)
    throw new UsageError(
      `${printable(wrong.range, 60)} is no network`,
      'Write it as office=203.0.113.0/24, or the network alone.',
    );
  return { names };
};

async function ask(
  asked: FirewallReport['asked'],
  targets: readonly string[],
  options: FirewallOptions,
  asking: Asking,
): Promise<FirewallReport> {
  const schema = 'keyward.firewall/1';
  if (options.files && options.files.length > 0) {
    const { askFiles } = await import('./ask-files.ts');
    const table = await askFiles(options.files, options.supposed ?? { port: 6379 }, asking);
    return { schema, asked, servers: [table], failures: [] };
  }
  const audited = await auditTargets(targets, options);
  const servers = await Promise.all(audited.servers.map((server) => tableOf(server, asked, asking)));
  return { schema, asked, servers, failures: audited.failures.filter((one) => !isAnswered(one, servers)) };
}

/** What the host says of its packet filters needs no login to the server: that it was refused takes nothing away. */
const isAnswered = (
  { target: name }: FirewallReport['failures'][number],
  servers: readonly FirewallTable[],
): boolean =>
  servers.some(
    ({ target, unknown, problems }) => target === name && unknown === undefined && problems.length === 0,
  );

const overNetworks = (origins: readonly Origin[]): readonly Origin[] =>
  origins.filter(({ via }) => 'port' in via);

async function tableOf(
  { name, evidence, exposure: whole }: ServerAudit,
  asked: FirewallReport['asked'],
  asking: Asking,
): Promise<FirewallTable> {
  const { firewall } = evidence.facts;
  const { exposure } = await derive(evidence, asking);
  const doors = doorsOf(evidence);
  // Who reaches a socket the rules tell even where the server says nothing of itself.
  const byRules = !exposure.known && firewall.known && doors.length > 0;
  const origins = exposure.known
    ? overNetworks(exposure.value.origins)
    : byRules
      ? await reachTable(firewall.value, doors, asking)
      : [];
  return {
    target: name,
    // Without rules nothing was narrowed to the one who is asked about.
    origins: firewall.known || !asking.only ? origins : [],
    notCollected: whole.known ? whole.value.notCollected : [],
    ...(firewall.known ? {} : { unknown: firewall.detail }),
    // Asked about one who gets nowhere, the table is empty, and that is the answer.
    problems: whole.known || byRules ? [] : [whole.detail],
    ...(asked === 'diff' && firewall.known ? { drift: await driftOf(evidence, firewall.value) } : {}),
  };
}

async function reachTable(
  firewall: FirewallFacts,
  doors: readonly DoorWay[],
  asking: Asking,
): Promise<readonly Origin[]> {
  const { reachTable: table } = await import('../../../engine/derive/firewall-table.ts');
  return table(firewall, doors, asking);
}

const doorsOf = ({ facts }: Evidence): readonly DoorWay[] =>
  valueOr(facts.listeners, []).flatMap(({ address, port, purpose }) =>
    port === undefined || purpose === 'other'
      ? []
      : [{ address, port, tls: purpose === 'tls', source: 'its listening socket' }],
  );

async function driftOf(
  evidence: Evidence,
  firewall: FirewallFacts,
): Promise<NonNullable<FirewallTable['drift']>> {
  const { firewallDrift } = await import('../../../engine/derive/firewall-drift.ts');
  return firewallDrift(firewall, doorsOf(evidence));
}
