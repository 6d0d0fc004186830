import type { Report } from '../define-report.ts';

export interface ReportEntry {
  readonly title: string;
  readonly mediaType: string;
  /** Of a file that holds it, with the dot. */
  readonly extension: string;
  readonly load: () => Promise<Report>;
}

const of = (module: { readonly default: Report }): Report => module.default;

/** Loaded when asked for: the report in a terminal must not wait for what writes HTML. */
export const reports = {
  terminal: {
    title: 'For people, in a terminal',
    mediaType: 'text/plain',
    extension: '.txt',
    load: () => import('./terminal/index.ts').then(of),
  },
  json: {
    title: 'For programs, with a published schema',
    mediaType: 'application/json',
    extension: '.json',
    load: () => import('./json/index.ts').then(of),
  },
  sarif: {
    title: 'SARIF 2.1.0, for code scanning',
    mediaType: 'application/sarif+json',
    extension: '.sarif',
    load: () => import('./sarif/index.ts').then(of),
  },
  junit: {
    title: 'JUnit XML, for CI',
    mediaType: 'application/xml',
    extension: '.xml',
    load: () => import('./junit/index.ts').then(of),
  },
  markdown: {
    title: 'Markdown, for issues and wikis',
    mediaType: 'text/markdown',
    extension: '.md',
    load: () => import('./markdown/index.ts').then(of),
  },
  csv: {
    title: 'CSV, one row a finding',
    mediaType: 'text/csv',
    extension: '.csv',
    load: () => import('./csv/index.ts').then(of),
  },
  html: {
    title: 'One HTML page, to send to somebody',
    mediaType: 'text/html',
    extension: '.html',
    load: () => import('./html/index.ts').then(of),
  },
} as const satisfies Readonly<Record<string, ReportEntry>>;

export type ReportName = keyof typeof reports;
export const reportNames = Object.keys(reports) as readonly ReportName[];
