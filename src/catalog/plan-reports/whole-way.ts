import {
  severities,
  type Audit,
  type Outcome,
  type Plan,
  type Proof,
  type ServerAudit,
} from '../../model/index.ts';
import type { ReportOptions } from '../define-report.ts';
import { show, type ShownServer } from '../reports/shown.ts';
import { exposureLines } from '../reports/terminal/exposure.ts';
import { healthColors, severityColors } from '../reports/terminal/ink.ts';
import { hang, heading, pageOf, some, type Page } from '../reports/terminal/page.ts';
import { isOpen, plural, sentence } from '../reports/words.ts';
import { harmlessPlan } from './plan.ts';
import { triedLines, type TriedFrom } from './tried-from.ts';

/** All that came of audit, plan, apply, confirm, prove, and audit again, on one server. */
export interface WholeWay {
  readonly before: Audit;
  readonly plan: Plan;
  readonly outcome: Outcome;
  readonly proof: Proof;
  readonly after: Audit;
  /** What became of the requests of those who used the server meanwhile. */
  readonly served: { readonly requests: number; readonly lost: number };
  /** Connections from hosts around the server, where there are any. */
  readonly tried?: readonly TriedFrom[];
  /** What those hosts found when they tried the promises of the plan. */
  readonly provedAround?: { readonly hosts: number } & Proof['summary'];
}

/** A line across the page with what comes below it, and the verdict where there is one. */
function rule(page: Page, title: string, server?: ShownServer): string {
  const { columns, paint, signs } = page;
  const verdict = server ? ` ${server.health.toUpperCase()}` : '';
  const line = signs.rule.repeat(Math.max(1, columns - title.length - verdict.length - 4));
  return `${paint(signs.rule.repeat(2), 'dim')} ${paint(title, 'bold')} ${paint(line, 'dim')}${server ? paint(verdict, ...healthColors[server.health]) : ''}`;
}

function serverLines(page: Page, title: string, server: ShownServer): readonly string[] {
  return [
    rule(page, title, server),
    ...(server.exposure.known ? hang(page, '', sentence(server.exposure.value), [], ['bold']) : []),
    '',
    ...exposureLines(page, server.exposure),
    '',
  ];
}

/** The faults that matter, a line each. */
function faults(page: Page, { findings }: ShownServer): readonly string[] {
  const grave = findings.filter(({ severity }) => severity === 'critical' || severity === 'high');
  const others = findings.length - grave.length;
  return [
    ...grave.flatMap(({ severity, title }) =>
      hang(page, severity.toUpperCase().padEnd(10), title, severityColors[severity]),
    ),
    ...(others > 0 ? hang(page, ' '.repeat(10), `and ${plural(others, 'lesser finding')}`, [], ['dim']) : []),
    '',
  ];
}

/** Lines of rules that are shown: who is let in, and that nobody else is. */
const mostRules = 6;

/** Each step with the first command that it sends, or its rules; what goes into files stands in the whole plan. */
function steps(page: Page, { steps: all, previews, held, unmet }: Plan): readonly string[] {
  const { shown, left } = some(page, all, 12);
  const commands = (step: string, most: number): readonly string[] =>
    previews
      .find((preview) => preview.step === step && !preview.text.startsWith('---'))
      ?.text.split('\n', most) ?? [];
  return [
    ...shown.flatMap(({ id, kind, title }) => [
      ...hang(page, `  ${id.padEnd(4)}`, title, ['dim'], ['bold']),
      ...commands(id, kind === 'firewall' ? mostRules : 1).flatMap((line) =>
        hang(page, `      ${/^\s*/.exec(line)?.[0] ?? ''}`, line.trim(), [], ['green']),
      ),
    ]),
    ...(left > 0 ? [`      and ${plural(left, 'more step')}`] : []),
    ...hang(
      page,
      '  ',
      `Each is kept in the server’s own files too. Held back until you say so: ${plural(held.length, 'step')}; beyond this plan, with the reason: ${plural(unmet.length, 'goal')}.`,
      [],
      ['dim'],
    ),
    '',
  ];
}

const endings: Readonly<Record<Outcome['kind'], string>> = {
  done: 'applied, proved and confirmed over new connections',
  refused: 'refused: nothing was changed',
  undone: 'undone: all is as it was',
  stuck: 'stuck: some of it could not be put back',
};

/** Cells of the table that are open to whoever has no secret. */
const openCells = ({ exposure }: ShownServer): string => {
  if (!exposure.known) return 'not known';
  const open = new Set(exposure.value.actors.filter(isOpen).map(({ id }) => id));
  return String(exposure.value.cells.filter(({ as }) => open.has(as)).length);
};

function sideBySide(page: Page, left: ShownServer, right: ShownServer): readonly string[] {
  const row = (name: string, before: string, after: string): string =>
    `  ${name.padEnd(44)}${before.padStart(10)}${after.padStart(12)}`;
  const count = (server: ShownServer, severity: (typeof severities)[number]): string =>
    String(server.counts[severity]);
  return [
    page.paint(row('', 'before', 'after'), 'dim'),
    row('verdict', left.health, right.health),
    row('marks in the table that need no login', openCells(left), openCells(right)),
    ...severities
      .filter((severity) => severity !== 'info')
      .toReversed()
      .map((severity) => row(`findings: ${severity}`, count(left, severity), count(right, severity))),
  ];
}

const verdict = (page: Page, good: boolean, text: string): readonly string[] =>
  hang(page, good ? '  + ' : '  ! ', text, [good ? 'green' : 'red']);

const fromAround = (
  page: Page,
  { hosts, held, broken }: NonNullable<WholeWay['provedAround']>,
): readonly string[] =>
  verdict(
    page,
    broken === 0,
    `tried again by ${hosts} hosts around it, over the network: ${held} claims hold, ${broken} do not`,
  );

const first = (audit: Audit): ServerAudit | undefined => audit.servers[0];

/** The whole way on one server, on one screen: before, what was done, what was proved, after, and both side by side. */
export function renderWholeWay(given: WholeWay, options: Omit<ReportOptions, 'checks'>): string {
  const { before, after } = given;
  if (!first(before) || !first(after)) return '';
  const [left] = show(before).servers;
  const [right] = show(after).servers;
  if (!left || !right) return '';
  const page = pageOf({ ...options, checks: [] });
  const plan = harmlessPlan(given.plan);
  const { held, broken, untried } = given.proof.summary;
  const { requests, lost } = given.served;
  return `${[
    ...serverLines(page, 'BEFORE', left),
    ...faults(page, left),
    rule(page, `THE PLAN: ${plural(plan.steps.length, 'step').toUpperCase()}, ALL OR NONE`),
    ...steps(page, plan),
    rule(page, 'DONE AND PROVED'),
    ...verdict(page, given.outcome.kind === 'done', endings[given.outcome.kind]),
    ...verdict(
      page,
      broken === 0,
      `tried again from outside: ${held} claims hold, ${broken} do not${untried > 0 ? `, ${untried} could not be tried` : ''}`,
    ),
    ...(given.provedAround ? fromAround(page, given.provedAround) : []),
    ...verdict(page, lost === 0, `a live application sent ${requests} requests all the while: ${lost} lost`),
    '',
    ...serverLines(page, 'AFTER', right),
    ...faults(page, right),
    ...(given.tried ? [rule(page, 'TRIED FROM EVERY HOST'), ...triedLines(page, given.tried)] : []),
    rule(page, 'SIDE BY SIDE'),
    ...sideBySide(page, left, right),
    '',
    heading(page, 'keyward lab --verbose shows both audits, the plan and the proof whole.'),
  ].join('\n')}\n`;
}
