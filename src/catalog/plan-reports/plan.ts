import { printable } from '../../lang/text/index.ts';
import { needsRoot, targetName, type Plan, type Preview, type Risk, type Step } from '../../model/index.ts';
import type { ReportOptions } from '../define-report.ts';
import { harmless } from '../reports/shown.ts';
import { heading, hang, more, pageOf, some, type Page } from '../reports/terminal/page.ts';
import { plural } from '../reports/words.ts';

const risks: Readonly<Record<Risk['level'], string>> = {
  none: '',
  reconnect: 'clients reconnect',
  restart: 'the server restarts',
  refuses: 'refuses',
};

/** What of it goes by sudo, where we are not root. */
function rootWords({ needs, does }: Step): string {
  if (needs !== 'root') return '';
  const what = [...new Set(does.flatMap((action) => needsRoot(action) ?? []))].map((text) =>
    printable(text, 200),
  );
  return what.length === 0 ? 'needs root' : `needs root, or sudo, for ${what.join(', ')}`;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function stepLines(page: Page, step: Step, plan: Plan): readonly string[] {
  const several = plan.nodes.length > 1;
  const where = several ? `${step.node} ` : '';
  const about = [
    step.risk.level === 'none' ? '' : `${risks[step.risk.level]}: ${step.risk.why}`,
    step.closes.length > 0 ? `closes ${plural(step.closes.length, 'cell')} of the exposure table` : '',
    rootWords(step),
    step.guard.some(({ claim }) => claim === 'unused' || claim === 'moved')
      ? 'waits until clients have moved'
      : '',
  ].filter((part) => part !== '');
  const previews = plan.previews.filter((preview) => preview.step === step.id);
  return [
    ...hang(page, `  ${step.id.padEnd(4)}`, `${where}${step.title}`, ['dim'], ['bold']),
    ...about.flatMap((part) =>
      hang(page, '      ', part, [], part.startsWith('refuses') ? ['yellow'] : ['dim']),
    ),
    ...previews.flatMap(({ text, path }) => previewLines(page, path, text)),
  ];
}

function previewLines(page: Page, path: string | undefined, text: string): readonly string[] {
  const all = text.split('\n').filter((line) => line !== '');
  const { shown, left } = some(page, all, 16);
  return [
    ...(path && !text.startsWith('---') ? hang(page, '      ', path, [], ['dim']) : []),
    ...shown.map((line) => {
      const clipped = `        ${line}`;
      if (line.startsWith('+')) return page.paint(clipped, 'green');
      if (line.startsWith('-')) return page.paint(clipped, 'red');
      return page.paint(clipped, 'dim');
    }),
    ...more(page, left, 'line', 8),
  ];
}

function heldLines(page: Page, plan: Plan): readonly string[] {
  if (plan.held.length === 0) return [];
  return [
    '',
    heading(page, 'HELD BACK: IT WOULD REFUSE SOMEBODY, OR NEEDS YOUR WORD'),
    // Many wait for the same word: it is said once.
    ...[...Map.groupBy(plan.held, ({ why, release }) => `${why}\n${release}`).values()].flatMap((same) => [
      ...same.flatMap(({ step }) => hang(page, '  ! ', step.title, ['yellow'])),
      ...same
        .slice(0, 1)
        .flatMap(({ why, release }) =>
          hang(
            page,
            '    ',
            `${sentence(why)} Release ${same.length > 1 ? 'them' : 'it'} with ${release}.`,
            [],
            ['dim'],
          ),
        ),
    ]),
  ];
}

function unmetLines(page: Page, plan: Plan): readonly string[] {
  if (plan.unmet.length === 0) return [];
  const { shown, left } = some(page, plan.unmet, 12);
  return [
    '',
    heading(page, 'NOT REACHED BY THIS PLAN'),
    ...shown.flatMap(({ why, advice, checks }) =>
      hang(
        page,
        `  ${page.signs.no} `,
        `${checks.length === 0 ? '' : `${checks.join(', ')}: `}${[why, advice]
          .filter((part) => part !== '')
          .map(sentence)
          .join(' ')}`,
        [],
        ['dim'],
      ),
    ),
    ...more(page, left, 'goal'),
  ];
}

function censusLines(page: Page, plan: Plan): readonly string[] {
  return [
    heading(page, 'WHO USES IT NOW'),
    ...plan.census.flatMap(({ node, groups, doubts, seconds }) => {
      const { shown, left } = some(page, groups, 12);
      return [
        ...(groups.length === 0
          ? hang(page, '  ', `${node}: nobody was seen in ${seconds} s`, [], ['dim'])
          : []),
        ...shown.flatMap((group) =>
          hang(
            page,
            '  ',
            `${plan.nodes.length > 1 ? `${node}: ` : ''}${plural(group.connections, 'connection')} of ${group.user} from ${group.address}${group.library ? ` (${group.library})` : ''}${group.kind === 'client' ? '' : `, ${group.kind}`}`,
          ),
        ),
        ...more(page, left, 'group'),
        ...doubts.flatMap((doubt) => hang(page, `  ${page.signs.unknown} `, doubt, [], ['dim'])),
      ];
    }),
    '',
  ];
}

/** The lines of a preview stay lines: each is made harmless by itself. */
const harmlessLines = (preview: Preview): Preview => ({
  ...harmless(preview),
  text: preview.text
    .split('\n')
    .map((line) => printable(line, 2000))
    .join('\n'),
});

/** A plan of which nothing can do harm to a terminal. */
export const harmlessPlan = (plan: Plan): Plan => ({
  ...harmless({ ...plan, previews: [] }),
  previews: plan.previews.map(harmlessLines),
});

/** A plan for a person: who uses the servers, each step with what it changes, what is held back, what is not reached. */
export function renderPlan(given: Plan, options: Omit<ReportOptions, 'checks'>): string {
  const plan = harmlessPlan(given);
  const page = pageOf({ ...options, checks: [] });
  const names = plan.nodes.map(({ id, target }) =>
    plan.nodes.length > 1 ? `${id} ${targetName(target)}` : targetName(target),
  );
  const lines = [
    ...hang(page, '', `Plan ${plan.id} (${plan.policy}) for ${names.join(', ')}`, [], ['bold']),
    '',
    ...(plan.census.length > 0 ? censusLines(page, plan) : []),
    heading(
      page,
      plan.steps.length === 0
        ? 'NO STEPS'
        : `${plural(plan.steps.length, 'step')} in this order, all or none`.toUpperCase(),
    ),
    ...plan.steps.flatMap((step) => stepLines(page, step, plan)),
    ...heldLines(page, plan),
    ...unmetLines(page, plan),
    '',
  ];
  return `${lines.join('\n')}\n`;
}
