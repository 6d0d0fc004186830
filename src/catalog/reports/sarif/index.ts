import type { Log, ReportingDescriptor, Result, Run, Notification } from 'sarif';
import type { CheckResult, Finding, Severity } from '../../../model/index.ts';
import { defineReport } from '../../define-report.ts';
import { explainer, isLink, type Explained } from '../explain.ts';
import { openings } from '../exposure-table.ts';
import type { ShownAudit, ShownServer } from '../shown.ts';
import { capital, sentence } from '../words.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** The scale of CVSS, in the middle of each band; read by code scanning on GitHub. */
const weights: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.0',
};

/** Markdown in a rule is shown by viewers: what could be markup there is taken out of force. */
const quiet = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>()#|!&]/g, (mark) =>
    mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`,
  );
/** In a message, `[text](1)` would be a link, and `{0}` a placeholder: the one is escaped by a backslash, the other by doubling. */
const message = (text: string): string => text.replace(/[[\]]/g, '\\$&').replace(/[{}]/g, '$&$&');

function rule(check: Explained): ReportingDescriptor {
  const links = check.links.filter(isLink);
  const [first] = links;
  const about = check.why ?? check.title;
  return {
    id: check.id,
    name: capital(check.id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())),
    shortDescription: { text: check.title },
    fullDescription: { text: about },
    help: {
      text: [about, ...(check.remedy === undefined ? [] : [`What to do: ${check.remedy}`]), ...links].join(
        '\n\n',
      ),
      markdown: [
        quiet(about),
        ...(check.remedy === undefined ? [] : [`**What to do:** ${quiet(check.remedy)}`]),
        ...links.map((link) => `- <${link}>`),
      ].join('\n\n'),
    },
    ...(first ? { helpUri: first } : {}),
    defaultConfiguration: { level: levels[check.severity] },
    properties: {
      tags: ['security', check.theme],
      'security-severity': weights[check.severity],
      precision: 'very-high',
    },
  };
}

/** A path as a URI: absolute ones as `file:`, others relative to where the report is read. */
const uri = (path: string): string => {
  const parts = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${parts}` : parts;
};

const whereOf = (one: CheckResult | Finding): Finding['where'] => ('where' in one ? one.where : undefined);

function result(server: ShownServer, one: CheckResult | Finding, ruleIndex: number, nth: number): Result {
  const { check, verdict, severity, seen, title } = one;
  const where = whereOf(one);
  const failed = verdict === 'fail';
  const opened = server.exposure.known && 'opens' in one ? openings(server.exposure.value, one.opens) : [];
  const text = [
    failed ? `${server.name}: ${seen}.` : `${server.name}: ${title}? ${seen}.`,
    ...opened.map((line) => `Opens ${line}.`),
  ].join(' ');
  return {
    ruleId: check,
    ruleIndex,
    kind: { fail: 'fail', unknown: 'open', pass: 'pass', 'not-applicable': 'notApplicable' }[
      verdict
    ] as Result.kind,
    level: failed ? levels[severity] : 'none',
    message: { text: message(text) },
    locations: [
      {
        ...(where
          ? {
              physicalLocation: {
                artifactLocation: { uri: uri(where.file) },
                ...(where.line === undefined ? {} : { region: { startLine: Math.max(1, where.line) } }),
              },
            }
          : {}),
        logicalLocations: [{ name: server.name, fullyQualifiedName: server.name, kind: 'resource' }],
      },
    ],
    // Without the line, which moves, and without what was seen, which may count.
    partialFingerprints: { 'keyward/1': [server.name, check, where?.file ?? '', nth].join(' ') },
    properties: {
      severity,
      'security-severity': weights[severity],
      server: server.name,
      health: server.health,
    },
  };
}

function notifications({ servers, failures }: ShownAudit): Notification[] {
  return [
    ...failures.map(({ target, problem }): Notification => ({
      level: 'error',
      message: { text: message(`${target}: ${problem}`) },
    })),
    ...servers.flatMap(({ name, missing }) =>
      missing.map(({ fact, why, detail }): Notification => ({
        level: 'note',
        message: { text: message(`${name}: ${fact} is not known (${why}): ${detail}`) },
      })),
    ),
  ];
}

export default defineReport({
  title: 'SARIF 2.1.0, for code scanning',
  extension: '.sarif',
  mediaType: 'application/sarif+json',
  render(audit, options) {
    const explain = explainer(options);
    const rules: ReportingDescriptor[] = [];
    const index = new Map<string, number>();
    const indexOf = (one: CheckResult | Finding): number => {
      const before = index.get(one.check);
      if (before !== undefined) return before;
      index.set(one.check, rules.length);
      return rules.push(rule(explain(one))) - 1;
    };
    const results = audit.servers.flatMap((server) => {
      const seen = new Map<string, number>();
      const chosen = [
        ...server.findings,
        ...server.unknowns,
        ...(options.verbose ? [...server.passed, ...server.notApplicable] : []),
      ];
      return chosen.map((one) => {
        const key = `${one.check} ${whereOf(one)?.file ?? ''}`;
        const nth = seen.get(key) ?? 0;
        seen.set(key, nth + 1);
        return result(server, one, indexOf(one), nth);
      });
    });
    const run: Run = {
      tool: {
        driver: {
          name: 'Keyward',
          semanticVersion: audit.version,
          version: audit.version,
          rules,
        },
      },
      invocations: [
        {
          executionSuccessful: audit.failures.length === 0,
          toolExecutionNotifications: notifications(audit),
        },
      ],
      results,
      columnKind: 'utf16CodeUnits',
      properties: {
        servers: audit.servers.map(({ name, health, exposure }) => ({
          name,
          health,
          exposure: exposure.known ? sentence(exposure.value) : `not known: ${exposure.detail}`,
        })),
      },
    };
    const log: Log = {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [run],
    };
    return `${JSON.stringify(log, null, 2)}\n`;
  },
});
