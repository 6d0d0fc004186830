import type { CheckResult, Finding, Severity } from '../../model/index.ts';
import type { ReportOptions } from '../define-report.ts';
import { harmless } from './shown.ts';

/** The words of a check: from the registry if the caller gave it, else as far as a finding has them. */
export interface Explained {
  readonly id: string;
  readonly theme: string;
  readonly title: string;
  readonly severity: Severity;
  readonly why?: string;
  readonly remedy?: string;
  readonly links: readonly string[];
}

/** Looks up checks by id; what the registry does not know is made from the finding itself. */
export function explainer({ checks = [] }: ReportOptions): (one: CheckResult | Finding) => Explained {
  const words = checks.map(({ id, theme, title, severity, why, remedy, links }) => ({
    id,
    theme,
    title,
    severity,
    why,
    remedy,
    links,
  }));
  const byId: ReadonlyMap<string, Explained> = new Map(harmless(words).map((check) => [check.id, check]));
  return ({ check, theme, title, severity, ...more }) =>
    byId.get(check) ?? {
      id: check,
      theme,
      title,
      severity,
      ...('remedy' in more ? { remedy: more.remedy } : {}),
      links: [],
    };
}

/** Only addresses of the web, written out in full in plain ASCII: what is not is no link. */
export const isLink = (link: string): boolean =>
  /^https:\/\/[\w.-]+(?:[/?#][!#-&(-;=?-[\]^_a-z{}~]*)?$/.test(link);
