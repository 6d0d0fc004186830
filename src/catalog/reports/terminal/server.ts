import { clip, pad, width } from '../../../lang/text/index.ts';
import type { CheckResult, Finding } from '../../../model/index.ts';
import { openings } from '../exposure-table.ts';
import { isSign, remedies, type Remedy } from '../remedies.ts';
import type { ShownServer } from '../shown.ts';
import { unanswered, type Unanswered } from '../unanswered.ts';
import { capital, countWords, goalWords, list, plural, reasons, sentence, who } from '../words.ts';
import { exposureLines } from './exposure.ts';
import { healthColors, severityColors } from './ink.ts';
import { hang, heading, more, some, type Page } from './page.ts';

function titleLine({ columns, paint, signs }: Page, { name, health }: ShownServer): string {
  const verdict = health.toUpperCase();
  const shown = clip(name, columns - width(verdict) - 8, signs.ellipsis);
  const rule = signs.rule.repeat(Math.max(1, columns - width(shown) - width(verdict) - 6));
  return `${paint(signs.rule.repeat(2), 'dim')} ${paint(shown, 'bold')} ${paint(rule, 'dim')} ${paint(verdict, ...healthColors[health])}`;
}

function whoLines(page: Page, { identity, seenBy, collectedAt }: ShownServer): string[] {
  const lead = (word: string): string => `  ${pad(word, 8)}`;
  const about = identity.known
    ? [
        ...hang(page, lead('Server'), capital(who(identity.value)), ['dim']),
        ...some(page, identity.value.doubts, 3).shown.flatMap((doubt) =>
          hang(page, lead('Doubt'), doubt, ['dim'], ['magenta']),
        ),
      ]
    : hang(page, lead('Server'), `not known: ${identity.detail}`, ['dim'], ['magenta']);
  return [...about, ...hang(page, lead('Seen'), `${collectedAt}, ${seenBy}`, ['dim'])];
}

const place = ({ where }: Finding): string =>
  where ? `${where.file}${where.line === undefined ? '' : `:${where.line}`}` : '';

function findingLines(page: Page, finding: Finding, opened: readonly string[]): string[] {
  const { severity, title, seen, check } = finding;
  const indent = ' '.repeat(10);
  const file = place(finding);
  const { shown, left } = some(page, opened, 2);
  return [
    ...hang(page, pad(severity.toUpperCase(), 10), title, severityColors[severity], ['bold']),
    ...(seen === title ? [] : hang(page, indent, seen)),
    ...shown.flatMap((line) => hang(page, `${indent}opens `, line, ['dim'])),
    ...more(page, left, 'opening', 10),
    ...hang(page, indent, `[${check}]${file === '' ? '' : ` ${file}`}`, [], ['dim']),
  ];
}

function findingList(
  page: Page,
  title: string,
  server: ShownServer,
  findings: readonly Finding[],
  most: number,
): string[] {
  if (findings.length === 0) return [];
  const { shown, left } = some(page, findings, most);
  const exposure = server.exposure.known ? server.exposure.value : undefined;
  return [
    heading(page, title),
    ...shown.flatMap((finding) =>
      findingLines(page, finding, exposure ? openings(exposure, finding.opens) : []),
    ),
    ...more(page, left, 'finding'),
    '',
  ];
}

function remedyLines(
  page: Page,
  { text, goals, findings, closes }: Remedy,
  index: number,
  cells: number,
): string[] {
  const indent = '    ';
  const ends = [...new Set(findings.map(({ title }) => title))];
  const effect = closes > 0 ? `. Concerns ${closes} of ${plural(cells, 'mark')} in the table` : '';
  return [
    ...hang(page, `${String(index + 1).padStart(2)}. `, text, ['bold']),
    ...some(page, goals, 4).shown.flatMap((goal) =>
      hang(page, `${indent}${page.signs.arrow} `, goalWords(goal), ['dim'], ['cyan']),
    ),
    ...hang(
      page,
      indent,
      `ends: ${ends.slice(0, 3).join('; ')}${ends.length > 3 ? `; and ${ends.length - 3} more` : ''}${effect}`,
      [],
      ['dim'],
    ),
  ];
}

function toDo(page: Page, { findings, exposure }: ShownServer): string[] {
  const all = remedies(findings);
  const cells = exposure.known ? exposure.value.cells.length : 0;
  if (all.length === 0) return [];
  const { shown, left } = some(page, all, 15);
  return [
    heading(page, 'WHAT TO DO'),
    ...shown.flatMap((remedy, index) => remedyLines(page, remedy, index, cells)),
    ...more(page, left, 'step'),
    '',
  ];
}

/** What is missing, then the faults that may be there all the same. */
function unansweredLines(page: Page, { because, checks }: Unanswered): string[] {
  const { shown, left } = some(page, checks, 6);
  return [
    ...hang(page, `  ${page.signs.unknown} `, because, ['magenta']),
    ...shown.flatMap(({ title, check }) =>
      hang(page, `    ${page.signs.dash} `, `${title}? [${check}]`, ['dim']),
    ),
    ...more(page, left, 'unanswered check', 6),
  ];
}

function notKnown(page: Page, { unknowns, missing }: ShownServer): string[] {
  if (unknowns.length + missing.length === 0) return [];
  const waiting = some(page, unanswered(unknowns), 8);
  const byReason = Map.groupBy(missing, ({ why }) => why);
  return [
    heading(page, 'NOT KNOWN'),
    ...waiting.shown.flatMap((one) => unansweredLines(page, one)),
    ...more(page, waiting.left, 'open question'),
    ...[...byReason].flatMap(([why, facts]) => {
      const { shown, left } = some(page, facts, 6);
      const words = reasons[why as keyof typeof reasons];
      return [
        ...hang(
          page,
          '  ',
          `Facts missing, ${words?.why ?? why}: ${list(shown.map(({ fact, detail }) => `${fact} (${detail})`))}${left > 0 ? ` and ${left} more` : ''}.`,
        ),
        ...(words ? hang(page, '  To find out: ', `${words.how}.`, ['dim']) : []),
      ];
    }),
    '',
  ];
}

/** Only when everything is wanted: what was looked for and is not there, and what makes no sense here. */
function rest(page: Page, { passed, notApplicable }: ShownServer): string[] {
  if (!page.verbose) return [];
  const lines = (
    title: string,
    checks: readonly CheckResult[],
    say: (one: CheckResult) => string,
  ): string[] =>
    checks.length === 0
      ? []
      : [
          heading(page, title),
          ...checks.flatMap((one) =>
            hang(page, `  ${page.signs.dash} `, `${say(one)} [${one.check}]`, ['dim']),
          ),
          '',
        ];
  return [
    ...lines('LOOKED FOR, AND NOT FOUND', passed, ({ title }) => title),
    ...lines('NOT APPLICABLE', notApplicable, ({ title, seen }) => `${title}: ${seen}`),
  ];
}

const tally = ({ counts, unknowns, passed, notApplicable }: ShownServer): string =>
  `${countWords(counts)}; ${unknowns.length} unknown, ${passed.length} passed, ${notApplicable.length} not applicable`;

/** Everything about one server. Signs of an intruder stand above all else. */
export function serverLines(page: Page, server: ShownServer): string[] {
  const signs = server.findings.filter(isSign);
  const faults = server.findings.filter((finding) => !isSign(finding));
  const verdict = server.exposure.known
    ? sentence(server.exposure.value)
    : `Who can reach it, and what they can do there, is not known: ${server.exposure.detail}.`;
  return [
    titleLine(page, server),
    ...(signs.length > 0 ? ['', ...findingList(page, 'SIGNS OF COMPROMISE', server, signs, 20)] : []),
    ...hang(page, '', verdict, [], ['bold']),
    '',
    ...whoLines(page, server),
    '',
    ...exposureLines(page, server.exposure),
    '',
    ...findingList(page, signs.length > 0 ? 'OTHER FINDINGS' : 'FINDINGS', server, faults, 25),
    ...toDo(page, server),
    ...notKnown(page, server),
    ...rest(page, server),
    ...hang(page, '', `${capital(tally(server))}.`),
  ];
}
