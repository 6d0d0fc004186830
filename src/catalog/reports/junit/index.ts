import type { CheckResult, Finding } from '../../../model/index.ts';
import { defineReport } from '../../define-report.ts';
import { openings } from '../exposure-table.ts';
import type { ShownAudit, ShownServer } from '../shown.ts';
import { sentence, who } from '../words.ts';
import { element, text } from './xml.ts';

const isFinding = (one: CheckResult | Finding): one is Finding => 'remedy' in one;

const place = ({ where }: Finding): string =>
  where ? ` at ${where.file}${where.line === undefined ? '' : `:${where.line}`}` : '';

function failure(server: ShownServer, findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) => [
    `[${finding.severity}] ${finding.seen}${place(finding)}`,
    ...(server.exposure.known
      ? openings(server.exposure.value, finding.opens).map((line) => `opens ${line}`)
      : []),
  ]);
  const [first] = findings;
  return element('failure', { message: first?.title ?? '', type: first?.severity ?? '' }, [
    text([...lines, `What to do: ${first?.remedy ?? ''}`].join('\n')),
  ]);
}

/**
 * One check, whatever its number of findings; by its id, since its title names a fault, also where there is none.
 * JUnit has no word for unknown: it is skipped, and says so.
 */
function testcase(server: ShownServer, results: readonly (CheckResult | Finding)[]): string {
  const [first] = results;
  if (!first) return '';
  const { theme, check, title, verdict, seen } = first;
  const outcome = {
    fail: () => [failure(server, results.filter(isFinding))],
    unknown: () => [element('skipped', { message: `unknown: ${title}? ${seen}` })],
    'not-applicable': () => [element('skipped', { message: `does not apply: ${seen}` })],
    pass: () => [],
  }[verdict]();
  return element('testcase', { classname: `${server.name}.${theme}`, name: check, time: 0 }, outcome);
}

interface Suite {
  readonly xml: string;
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  readonly errors: number;
}

function suite(server: ShownServer): Suite {
  const cases = <T extends CheckResult>(results: readonly T[]): (readonly T[])[] => [
    ...Map.groupBy(results, ({ check }) => check).values(),
  ];
  const failed = cases(server.findings);
  const skipped = [...cases(server.unknowns), ...cases(server.notApplicable)];
  const all = [...failed, ...skipped, ...cases(server.passed)];
  const counts = { tests: all.length, failures: failed.length, errors: 0, skipped: skipped.length };
  const { identity, exposure } = server;
  const properties = {
    health: server.health,
    server: identity.known ? who(identity.value) : `not known: ${identity.detail}`,
    exposure: exposure.known ? sentence(exposure.value) : `not known: ${exposure.detail}`,
  };
  const xml = element('testsuite', { name: server.name, ...counts, time: 0, timestamp: server.collectedAt }, [
    element(
      'properties',
      {},
      Object.entries(properties).map(([name, value]) => element('property', { name, value })),
    ),
    ...all.map((findings) => testcase(server, findings)),
  ]);
  return { xml, ...counts };
}

/** A target that gave nothing is an error of the run, and never looks like a pass. */
const failedSuite = ({ target, problem }: ShownAudit['failures'][number]): Suite => {
  const counts = { tests: 1, failures: 0, errors: 1, skipped: 0 };
  const xml = element('testsuite', { name: target, ...counts, time: 0 }, [
    element('testcase', { classname: target, name: 'audit', time: 0 }, [
      element('error', { message: problem, type: 'not-audited' }),
    ]),
  ]);
  return { xml, ...counts };
};

export default defineReport({
  title: 'JUnit XML, for CI',
  extension: '.xml',
  mediaType: 'application/xml',
  render({ servers, failures }) {
    const suites = [...servers.map(suite), ...failures.map(failedSuite)];
    const sum = (name: Exclude<keyof Suite, 'xml'>): number =>
      suites.reduce((total, one) => total + one[name], 0);
    const counts = {
      tests: sum('tests'),
      failures: sum('failures'),
      errors: sum('errors'),
      skipped: sum('skipped'),
      time: 0,
    };
    const xml = element(
      'testsuites',
      { name: 'Keyward', ...counts },
      suites.map((one) => one.xml),
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`;
  },
});
