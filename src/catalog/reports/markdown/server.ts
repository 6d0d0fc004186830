import { capabilityNames, type Finding } from '../../../model/index.ts';
import type { ReportOptions } from '../../define-report.ts';
import { explainer, isLink } from '../explain.ts';
import { exposureTable, openings, places } from '../exposure-table.ts';
import { isSign, remedies } from '../remedies.ts';
import type { ShownServer } from '../shown.ts';
import { unanswered } from '../unanswered.ts';
import {
  asWhom,
  columns,
  goalWords,
  list,
  listSome,
  plural,
  reasons,
  sentence,
  turnedAway,
  who,
} from '../words.ts';
import { code, plain, prose, table } from './escape.ts';

const marks = { certain: '●', possible: '○', no: '·' } as const;

/** The first of them, with a line that counts the rest. */
export function cut<T>(
  { verbose }: ReportOptions,
  all: readonly T[],
  most: number,
  what: string,
  show: (one: T, index: number) => readonly string[],
): string[] {
  const shown = verbose ? all : all.slice(0, most);
  const left = all.length - shown.length;
  return [...shown.flatMap(show), ...(left > 0 ? ['', `… and ${plural(left, `more ${what}`)}.`] : [])];
}

function exposureLines({ exposure }: ShownServer): string[] {
  if (!exposure.known) return ['### Who can do what', '', `**Not known:** ${plain(exposure.detail)}`, ''];
  const rows = exposureTable(exposure.value).flatMap((group) => {
    const from = plain(places(group));
    if (group.refused !== undefined) {
      return [
        [from, turnedAway(plain(group.refused), group.refusedBy), ...capabilityNames.map(() => marks.no)],
      ];
    }
    return group.rows.map((row, index) => [
      index === 0 ? from : '',
      plain(asWhom(row.actors)),
      ...capabilityNames.map((can) => marks[row.marks[can]]),
    ]);
  });
  const { notCollected } = exposure.value;
  return [
    '### Who can do what',
    '',
    ...(rows.length > 0
      ? [
          ...table(['From where', 'As whom', ...capabilityNames.map((can) => columns[can])], rows),
          '',
          '● certain, ○ possible, · no',
        ]
      : ['Nothing was found that can reach it.']),
    '',
    ...(notCollected.length > 0
      ? [`Not looked at, and may change this: ${plain(list(notCollected))}.`, '']
      : []),
  ];
}

function findingLines(server: ShownServer, finding: Finding, options: ReportOptions): string[] {
  const { severity, title, seen, check, where, opens } = finding;
  const { why, links } = explainer(options)(finding);
  const opened = server.exposure.known ? openings(server.exposure.value, opens) : [];
  const place = where
    ? ` at ${code(where.file)}${where.line === undefined ? '' : ` line ${where.line}`}`
    : '';
  return [
    `- **${severity.toUpperCase()}: ${plain(title)}** (${code(check)})`,
    `  - Seen: ${plain(seen)}${place}`,
    ...(why === undefined ? [] : [`  - Why it matters: ${prose(why)}`]),
    ...opened.slice(0, 3).map((line) => `  - Opens ${plain(line)}`),
    ...(links.some(isLink)
      ? [
          `  - Read: ${links
            .filter(isLink)
            .map((link) => `<${link}>`)
            .join(', ')}`,
        ]
      : []),
  ];
}

const findingList = (
  server: ShownServer,
  title: string,
  findings: readonly Finding[],
  options: ReportOptions,
): string[] =>
  findings.length === 0
    ? []
    : [
        `### ${title}`,
        '',
        ...cut(options, findings, 50, 'finding', (finding) => findingLines(server, finding, options)),
        '',
      ];

function toDo({ findings }: ShownServer, options: ReportOptions): string[] {
  const all = remedies(findings);
  if (all.length === 0) return [];
  const lines = cut(options, all, 30, 'step', ({ text, goals, findings: ended }, index) => [
    `${index + 1}. **${prose(text)}**`,
    ...goals.slice(0, 6).map((goal) => `   - Goal: ${code(goalWords(goal))}`),
    `   - Ends ${listSome([...new Set(ended.map(({ check }) => code(check)))], 6)}`,
  ]);
  return ['### What to do', '', ...lines, ''];
}

function notKnown({ unknowns, missing }: ShownServer, options: ReportOptions): string[] {
  if (unknowns.length + missing.length === 0) return [];
  return [
    '### Not known',
    '',
    ...cut(options, unanswered(unknowns), 30, 'open question', ({ because, checks }) => [
      `- ${plain(because)}. This leaves open:`,
      ...checks.map(({ title, check }) => `  - ${plain(title)}? (${code(check)})`),
    ]),
    ...cut(options, missing, 30, 'missing fact', ({ fact, why, detail }) => {
      const words = reasons[why as keyof typeof reasons];
      return [
        `- Fact ${code(fact)}, ${plain(words?.why ?? why)}: ${plain(detail)}.${words ? ` To find out: ${words.how}.` : ''}`,
      ];
    }),
    '',
  ];
}

export function serverLines(server: ShownServer, options: ReportOptions): string[] {
  const { name, health, identity, exposure, seenBy, collectedAt, findings, passed, notApplicable } = server;
  return [
    `## ${code(name)}: ${health.toUpperCase()}`,
    '',
    ...findingList(server, 'Signs of compromise', findings.filter(isSign), options),
    `**${plain(exposure.known ? sentence(exposure.value) : `Who can reach it, and what they can do there, is not known: ${exposure.detail}.`)}**`,
    '',
    `- Server: ${plain(identity.known ? who(identity.value) : `not known: ${identity.detail}`)}`,
    ...(identity.known ? identity.value.doubts.slice(0, 5).map((doubt) => `- Doubt: ${plain(doubt)}`) : []),
    `- Seen: ${collectedAt}, ${plain(seenBy)}`,
    '',
    ...exposureLines(server),
    ...findingList(
      server,
      'Findings',
      findings.filter((finding) => !isSign(finding)),
      options,
    ),
    ...toDo(server, options),
    ...notKnown(server, options),
    `${plural(passed.length, 'check')} passed, ${notApplicable.length} not applicable.`,
    ...(options.verbose
      ? ['', ...passed.map(({ check, title }) => `- Not found: ${plain(title)} (${code(check)})`)]
      : []),
    '',
  ];
}
