import type { VNode } from 'preact';
import type { Finding } from '../../../model/index.ts';
import { isLink, type Explained } from '../explain.ts';
import { openings } from '../exposure-table.ts';
import { isSign, remedies, type Remedy } from '../remedies.ts';
import type { ShownServer } from '../shown.ts';
import { unanswered } from '../unanswered.ts';
import { goalWords, plural, reasons } from '../words.ts';
import {
  code,
  cut,
  details,
  div,
  facts,
  h,
  h3,
  h4,
  li,
  ol,
  p,
  severityBadge,
  span,
  ul,
  prose,
} from './parts.ts';

export type Explain = (finding: Finding) => Explained;

const file = ({ where }: Finding): string | undefined =>
  where && `${where.file}${where.line === undefined ? '' : `:${where.line}`}`;

/** The link as an address without its scheme: what a reader checks before following it. */
const reference = (link: string): VNode =>
  li('', h('a', { href: link, rel: 'noopener noreferrer' }, link.slice('https://'.length)));

function card(server: ShownServer, finding: Finding, explain: Explain): VNode {
  const { why, links, theme } = explain(finding);
  const opened = server.exposure.known ? openings(server.exposure.value, finding.opens) : [];
  const path = file(finding);
  const sources = links.filter(isLink);
  return h(
    'article',
    { class: `card ${finding.severity}${isSign(finding) ? ' sign' : ''}` },
    h(
      'header',
      {},
      severityBadge(finding.severity),
      h4('', finding.title),
      span('id', `${theme} / ${finding.check}`),
    ),
    facts([
      ['Seen', [finding.seen, ...(path === undefined ? [] : [' ', code('', path)])]],
      ...(why === undefined ? [] : [['Why it matters', prose(why)] as const]),
      ...(opened.length === 0
        ? []
        : [['Opens', ul('', ...cut(opened, 4, 'opening', (line) => li('', line)))] as const]),
      ['Remedy', prose(finding.remedy)],
      ...(sources.length === 0
        ? []
        : [['Read', ul('links', ...sources.slice(0, 6).map(reference))] as const]),
    ]),
  );
}

export const findingsPart = (
  title: string,
  server: ShownServer,
  findings: readonly Finding[],
  explain: Explain,
  most: number,
): VNode | null =>
  findings.length === 0
    ? null
    : div(
        'part',
        h3('', title, span('count', String(findings.length))),
        ...cut(findings, most, 'finding', (finding) => card(server, finding, explain)),
      );

function step({ text, goals, findings, closes, urgent }: Remedy, cells: number): VNode {
  const ends = [...new Set(findings.map(({ title }) => title))];
  return li(
    urgent ? 'urgent' : '',
    h('strong', {}, ...prose(text)),
    goals.length === 0
      ? null
      : ul('goals', ...cut(goals, 6, 'goal', (goal) => li('', code('', goalWords(goal))))),
    p(
      'ends',
      `Ends: ${ends.slice(0, 6).join('; ')}${ends.length > 6 ? `; and ${ends.length - 6} more` : ''}.`,
      closes > 0 ? ` Concerns ${closes} of ${plural(cells, 'mark')} in the table.` : '',
    ),
  );
}

export function toDoPart({ findings, exposure }: ShownServer, most: number): VNode | null {
  const all = remedies(findings);
  const cells = exposure.known ? exposure.value.cells.length : 0;
  return all.length === 0
    ? null
    : div(
        'part',
        h3('', 'What to do, in this order'),
        ol('todo', ...cut(all, most, 'step', (remedy) => step(remedy, cells))),
      );
}

export function unknownPart({ unknowns, missing }: ShownServer, most: number): VNode | null {
  if (unknowns.length + missing.length === 0) return null;
  return div(
    'part',
    h3('', 'Not known', span('count', String(unknowns.length))),
    p('hint', 'A check without an answer is neither good nor bad. It says what would have to be seen.'),
    unknowns.length === 0
      ? null
      : ul(
          'plain',
          ...cut(unanswered(unknowns), most, 'open question', ({ because, checks }) =>
            li(
              'unknown',
              `${because}. `,
              span('hint', 'This leaves open:'),
              ul(
                '',
                ...cut(checks, most, 'check', ({ title, check }) => li('', `${title}? `, span('id', check))),
              ),
            ),
          ),
        ),
    missing.length === 0
      ? null
      : details(
          `${plural(missing.length, 'fact')} could not be collected`,
          ul(
            'plain',
            ...cut(missing, most, 'fact', ({ fact, why, detail }) => {
              const words = reasons[why as keyof typeof reasons];
              return li(
                '',
                code('', fact),
                ` ${words?.why ?? why}: ${detail}. `,
                words ? span('hint', `To find out: ${words.how}.`) : null,
              );
            }),
          ),
        ),
  );
}

/** What was looked for and not found, and what makes no sense here. */
export const appendixPart = ({ passed, notApplicable }: ShownServer, most: number): VNode | null =>
  passed.length + notApplicable.length === 0
    ? null
    : div(
        'part',
        passed.length === 0
          ? null
          : details(
              `${plural(passed.length, 'check')} passed`,
              p('hint', 'Each of these faults was looked for, and is not there.'),
              ul(
                'plain',
                ...cut(passed, most, 'check', ({ title, check }) =>
                  li('passed', span('hint', 'Not found: '), title, ' ', span('id', check)),
                ),
              ),
            ),
        notApplicable.length === 0
          ? null
          : details(
              `${plural(notApplicable.length, 'check')} not applicable`,
              ul(
                'plain',
                ...cut(notApplicable, most, 'check', ({ title, seen, check }) =>
                  li('', `${title}: ${seen} `, span('id', check)),
                ),
              ),
            ),
      );
