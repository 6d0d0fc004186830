import { stringify } from 'csv-stringify/sync';
import type { CheckResult, Finding } from '../../../model/index.ts';
import { defineReport, type ReportOptions } from '../../define-report.ts';
import { openings } from '../exposure-table.ts';
import type { ShownAudit, ShownServer } from '../shown.ts';

/** Fixed: programs and spreadsheets rely on names and order. New columns come last. */
export const header = [
  'server',
  'collected_at',
  'health',
  'verdict',
  'severity',
  'check',
  'theme',
  'title',
  'seen',
  'file',
  'line',
  'opens',
  'remedy',
] as const;

type Row = readonly (string | number)[];

function row(server: ShownServer, one: CheckResult | Finding): Row {
  const { verdict, severity, check, theme, title, seen } = one;
  const { where, opens, remedy } = 'opens' in one ? one : { where: undefined, opens: [], remedy: '' };
  const opened = server.exposure.known ? openings(server.exposure.value, opens).join('; ') : '';
  return [
    server.name,
    server.collectedAt,
    server.health,
    verdict,
    severity,
    check,
    theme,
    title,
    seen,
    where?.file ?? '',
    where?.line ?? '',
    opened,
    remedy,
  ];
}

/** Findings and what is unknown; a server with neither still has a row, so that nobody takes it for forgotten. */
function rows(server: ShownServer, { verbose }: ReportOptions): readonly Row[] {
  const all = [
    ...server.findings,
    ...server.unknowns,
    ...(verbose ? [...server.passed, ...server.notApplicable] : []),
  ];
  if (all.length > 0) return all.map((one) => row(server, one));
  return [
    [
      server.name,
      server.collectedAt,
      server.health,
      'no-findings',
      ...Array.from({ length: header.length - 4 }, () => ''),
    ],
  ];
}

const failure = ({ target, problem }: ShownAudit['failures'][number]): Row => [
  target,
  '',
  'unknown',
  'not-audited',
  '',
  '',
  '',
  'The target could not be audited',
  problem,
  '',
  '',
  '',
  '',
];

/** RFC 4180. Cells that a spreadsheet would take for a formula get an apostrophe in front. */
export default defineReport({
  title: 'CSV, one row a finding',
  extension: '.csv',
  mediaType: 'text/csv',
  render: ({ servers, failures }, options) =>
    stringify([header, ...servers.flatMap((server) => rows(server, options)), ...failures.map(failure)], {
      escape_formulas: true,
      record_delimiter: 'windows',
    }),
});
