import type { Check } from '../catalog/define-check.ts';
import {
  compareSeverity,
  type CheckResult,
  type Evidence,
  type FactName,
  type Facts,
  type Fault,
  type Finding,
  type Health,
  type ServerAudit,
  type Severity,
  type Unknown,
  type View,
} from '../model/index.ts';
import { byText } from './by-text.ts';
import { weigh } from './weigh.ts';

const result = <V extends CheckResult['verdict']>(
  { id, theme, title, severity }: Check,
  verdict: V,
  seen: string,
): CheckResult & { readonly verdict: V } => ({ check: id, theme, title, verdict, severity, seen });

// What servers say stands in some of them: neither many are kept nor long ones.
const mostSettled = 8;
const longestSeen = 2000;
const settled = new WeakMap<Check, CheckResult[]>();

/** What a check says of many servers in the same words is one and the same object: a fleet has few of them. */
function settle(check: Check, verdict: Exclude<CheckResult['verdict'], 'fail'>, seen: string): CheckResult {
  const before = settled.get(check) ?? [];
  for (const one of before) if (one.seen === seen && one.verdict === verdict) return one;
  const made = result(check, verdict, seen);
  if (seen.length > longestSeen) return made;
  if (before.length === mostSettled) before.pop();
  before.unshift(made);
  settled.set(check, before);
  return made;
}

const values = new WeakMap<View, Partial<Facts>>();

/**
 * What is known, without what is not. Every check gets all of it, made once: which of it a check may look at, the
 * compiler sees to.
 */
function valuesOf(view: View): Partial<Facts> {
  const had = values.get(view);
  if (had) return had;
  const made = Object.fromEntries(
    Object.entries(view).flatMap(([name, fact]) => (fact.known ? [[name, fact.value]] : [])),
  ) as Partial<Facts>;
  values.set(view, made);
  return made;
}

/** One check on one server. Says `unknown` itself when a needed fact is missing: no check can forget it. */
export function judge(check: Check, view: View): readonly (Finding | CheckResult)[] {
  if (check.needs.some((name) => !view[name].known)) return withoutNeeded(check, view);
  const verdict = check.judge(valuesOf(view), view);
  switch (verdict.kind) {
    case 'pass':
      return [settle(check, 'pass', '')];
    case 'not-applicable':
    case 'unknown':
      return [settle(check, verdict.kind, verdict.because)];
    case 'fail':
      return verdict.faults.map((fault) => failure(check, fault, view));
  }
}

interface Withheld {
  /** What was missing, in the order of what the check needs; where it was not missing, nothing. */
  readonly facts: readonly (Unknown | undefined)[];
  readonly findings: readonly CheckResult[];
}
const withheld = new WeakMap<Check, Withheld>();

/** Where a needed fact is not known. Most servers lack what the last one lacked. */
function withoutNeeded(check: Check, view: View): readonly CheckResult[] {
  const last = withheld.get(check);
  const lacks = (name: FactName, index: number): boolean => {
    const fact = view[name];
    return last?.facts[index] === (fact.known ? undefined : fact);
  };
  if (last && check.needs.every(lacks)) return last.findings;
  const missing = check.needs.flatMap((name) => {
    const fact = view[name];
    return fact.known ? [] : [{ name, fact }];
  });
  // An absent fact makes a check pointless, whatever else is missing.
  const absent = missing.filter(({ fact }) => fact.why === 'absent');
  const findings = [
    absent.length > 0
      ? settle(check, 'not-applicable', absent.map(({ fact }) => fact.detail).join('; '))
      : settle(check, 'unknown', missing.map(({ name, fact }) => sayMissing(name, fact)).join('; ')),
  ];
  const facts = check.needs.map((name) => {
    const fact = view[name];
    return fact.known ? undefined : fact;
  });
  withheld.set(check, { facts, findings });
  return findings;
}

const sayMissing = (name: FactName, { why, detail }: Unknown): string =>
  `${name} is not known (${why}: ${detail})`;

function failure(check: Check, fault: Fault, view: View): Finding {
  const { severity, opens } = weigh(fault, check.severity, view.exposure);
  const own = fault.severity ?? check.severity;
  return {
    ...result(check, 'fail', fault.seen),
    // A table that leaves out whom and where nobody looked at makes nothing lighter.
    severity: isWhole(view) ? severity : own,
    remedy: check.remedy,
    goals: fault.goals,
    opens,
    ...(fault.where ? { where: fault.where } : {}),
  };
}

/** Whether it is known where the server listens, who there is and what they may do: all that makes the table whole. */
const isWhole = ({ exposure, users, grants, listeners, settings }: View): boolean =>
  exposure.known && users.known && grants.known && (listeners.known || settings.known);

/** A running server may differ from its files: they do not make up for what it kept from us. */
const keptBack = ({ door, config, aclUsers }: View): boolean =>
  door.known && [config, aclUsers].some((fact) => !fact.known && fact.why !== 'absent');

/** Signs of compromise before everything, then the graver, then what opens more. */
const byWeight = (a: Finding, b: Finding): number =>
  Number(b.theme === 'compromise') - Number(a.theme === 'compromise') ||
  compareSeverity(b.severity, a.severity) ||
  b.opens.length - a.opens.length ||
  byText(a.check, b.check);

const counted = (findings: readonly Finding[]): Readonly<Record<Severity, number>> => {
  const counts: Record<Severity, number> = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
};

/** Compromise before health: a server that is closed and was entered is not safe. */
function healthOf(view: View, findings: readonly Finding[]): Health {
  if (
    findings.some(({ theme, severity }) => theme === 'compromise' && compareSeverity(severity, 'high') >= 0)
  )
    return 'compromised';
  if (view.exposure.known) {
    const { origins, actors, cells } = view.exposure.value;
    const certified = view.settings.known && view.settings.value['tls-auth-clients']?.value === 'yes';
    const remote = new Set(
      origins
        .filter(({ reach }) => reach === 'internet' || reach === 'network' || reach === 'container')
        // Whoever needs a client certificate to be heard is not anyone.
        .filter(({ via }) => !certified || !('port' in via) || !via.tls)
        .map(({ id }) => id),
    );
    const anyone = new Set(
      actors.filter(({ kind }) => kind !== 'password' && kind !== 'certificate').map(({ id }) => id),
    );
    if (cells.some(({ from, as }) => remote.has(from) && anyone.has(as))) return 'exposed';
    // Open to this host alone is open to every program and user on it, and to whoever makes one of them ask.
    if (cells.some(({ as }) => anyone.has(as))) return 'weak';
  }
  if (findings.some(({ severity }) => compareSeverity(severity, 'high') >= 0)) return 'weak';
  // Nothing bad seen is not the same as looked at: without the whole table there is no clean bill.
  return isWhole(view) && !keptBack(view) ? 'sound' : 'unknown';
}

const isFinding = (one: Finding | CheckResult): one is Finding => one.verdict === 'fail';

/** All checks on one server. Pure: the same evidence gives the same audit. */
export function audit(name: string, evidence: Evidence, view: View, checks: readonly Check[]): ServerAudit {
  const all = checks.flatMap((check) => judge(check, view));
  const of = (verdict: CheckResult['verdict']): readonly CheckResult[] =>
    all.filter((one) => one.verdict === verdict);
  const findings = all.filter(isFinding).toSorted(byWeight);
  return {
    name,
    collectedAt: evidence.collectedAt,
    identity: view.identity,
    exposure: view.exposure,
    health: healthOf(view, findings),
    findings,
    unknowns: of('unknown'),
    passed: of('pass'),
    notApplicable: of('not-applicable'),
    counts: counted(findings),
    missing: Object.entries(view).flatMap(([fact, seen]) =>
      seen.known || seen.why === 'absent' ? [] : [{ fact, why: seen.why, detail: seen.detail }],
    ),
    evidence,
  };
}
