import type { Check, Example } from '../../catalog/define-check.ts';
import { wrap } from '../../lang/text/index.ts';

const shown = (example: Example): string =>
  JSON.stringify(example, null, 1)
    .split('\n')
    .map((line) => `      ${line}`)
    .slice(0, 24)
    .join('\n');

const section = (title: string, text: string): string =>
  `${title}\n${wrap(text, 76)
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

/** A check in full, as text of at most 80 columns. */
export function explain(check: Check): string {
  const examples = (kind: 'good' | 'bad'): string =>
    Object.entries(check.examples[kind])
      .map(([name, example]) => `    ${name}\n${shown(example)}`)
      .join('\n');
  return [
    `${check.id}  (${check.theme}, ${check.severity})\n${check.title}\n`,
    section('Why it matters', check.why),
    section('What to do', check.remedy),
    `Looks at\n  ${[...check.needs, ...check.uses].join(', ')}\n`,
    `Examples\n  wrong:\n${examples('bad')}\n  right:\n${examples('good')}\n`,
    `More\n${check.links.map((link) => `  ${link}`).join('\n')}\n`,
  ].join('\n');
}

/** One line a check, by theme. */
export function listChecks(checks: readonly Check[]): string {
  const themes = [...new Set(checks.map(({ theme }) => theme))];
  const blocks = themes.map((theme) => {
    const rows = checks.filter((check) => check.theme === theme);
    return `${theme}\n${rows.map(({ id, severity, title }) => `  ${id}\n      ${severity}: ${title}`).join('\n')}`;
  });
  return `${blocks.join('\n\n')}\n\n${checks.length} checks. keyward explain <id> shows one in full.\n`;
}
