/**
 * Markdown as GitHub, GitLab and CommonMark read it: what could be markup in a text is taken out of force, and what
 * those sites turn into links and mentions after rendering is kept apart.
 */
const entities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '@': '<span>@</span>',
};

/** Text in a line, also at its beginning, where a number or a dash would start a list. */
export const plain = (text: string): string =>
  text
    .replace(/[<>&@]|[\\`*_[\]|~#!$^=]|:\/\//g, (mark) =>
      mark === '://' ? '&#58;//' : (entities[mark] ?? `\\${mark}`),
    )
    .replace(/^[-+]/, '\\$&')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2');

/** Text as code: its fence is longer than any run of backticks in it. `|` is escaped, since tables split on it. */
export function code(text: string): string {
  if (text === '') return '';
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || /^ | $/.test(text) ? ' ' : '';
  // A backslash before | would eat the escape, so such text goes without code.
  if (text.includes('|')) return plain(text);
  return `${fence}${space}${text}${space}${fence}`;
}

/** Words of the catalog, in which backticks mark code. */
export const prose = (text: string): string =>
  text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? code(part) : part === '' ? '' : plain(part)))
    .join('');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];
