import type { Audit } from '../model/index.ts';
import { show, type ShownAudit } from './reports/shown.ts';

/** What a report needs of a check to explain a finding: the registry of checks fits as it is. */
export interface CheckWords {
  readonly id: string;
  readonly theme: string;
  readonly title: string;
  readonly severity: ShownAudit['servers'][number]['findings'][number]['severity'];
  readonly why: string;
  readonly remedy: string;
  readonly links: readonly string[];
}

export interface ReportOptions {
  /** ANSI colours: only for a terminal, and only where NO_COLOR does not forbid it. */
  readonly color: boolean;
  /** Columns of the terminal; other reports ignore it. */
  readonly width: number;
  /** Nothing is cut: long lists whole, passed checks too. */
  readonly verbose?: boolean;
  /** Marks and lines in ASCII only, for terminals and fonts that have no others. */
  readonly ascii?: boolean;
  /** Why a check matters and where to read more; without it a report shows what the findings say themselves. */
  readonly checks?: readonly CheckWords[];
}

/** A way to show an audit. Pure: the same audit and options give the same text. */
export interface Report {
  readonly title: string;
  readonly mediaType: string;
  /** Of a file that holds it, with the dot. */
  readonly extension: string;
  readonly render: (audit: Audit, options: ReportOptions) => string;
  /** The same text in parts, where a fleet's would be more than one string can hold. */
  readonly parts?: (audit: Audit, options: ReportOptions) => Iterable<string>;
}

/**
 * A report as its author writes it. It is given the audit with every string already harmless to print and without
 * the evidence, so that it can neither pass on a control character nor a secret. What its own format needs
 * (escaping for HTML, XML, Markdown) is its own business.
 *
 * @example export default defineReport({ title: 'Names', mediaType: 'text/plain', extension: '.txt',
 *   render: ({ servers }) => servers.map(({ name }) => `${name}\n`).join('') });
 */
export const defineReport = (source: {
  readonly title: string;
  readonly mediaType: string;
  readonly extension: string;
  readonly render: (audit: ShownAudit, options: ReportOptions) => string;
}): Report => ({ ...source, render: (audit, options) => source.render(show(audit), options) });

/** For a format that carries the whole audit and escapes by itself: it must take the secrets out. */
export const defineWholeReport = (source: {
  readonly title: string;
  readonly mediaType: string;
  readonly extension: string;
  readonly parts: (audit: Audit, options: ReportOptions) => Iterable<string>;
}): Report => ({ ...source, render: (audit, options) => [...source.parts(audit, options)].join('') });

/** A report as its registry has it: its words at once, the rest when it is asked for. */
export interface ReportEntry extends Pick<Report, 'title' | 'mediaType' | 'extension'> {
  readonly load: () => Promise<Report>;
}
