import type { Finding, Severity } from '../../model/index.ts';
import type { CheckWords, ReportOptions } from '../define-report.ts';

/** The words of a check: from the registry if the caller gave it, else as far as a finding has them. */
export interface Explained {
  readonly id: string;
  readonly theme: string;
  readonly title: string;
  readonly severity: Severity;
  readonly why?: string;
  readonly remedy: string;
  readonly links: readonly string[];
}

/** Looks up checks by id; what the registry does not know is made from the finding itself. */
export function explainer({ checks = [] }: ReportOptions): (finding: Finding) => Explained {
  const byId: ReadonlyMap<string, CheckWords> = new Map(checks.map((check) => [check.id, check]));
  return ({ check, theme, title, severity, remedy }) =>
    byId.get(check) ?? { id: check, theme, title, severity, remedy, links: [] };
}

/** Only addresses of the web, written out in full: what is not is no link. */
export const isLink = (link: string): boolean => /^https:\/\/[\w.-]+(?:[/?#][^\s"'<>`|\\]*)?$/.test(link);
