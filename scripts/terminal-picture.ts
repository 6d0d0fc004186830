/**
 * A picture of real terminal output, for the README: ANSI text on standard input, SVG on standard output.
 *
 *     FORCE_COLOR=1 ./keyward lab 2>/dev/null | node scripts/terminal-picture.ts > docs/lab.svg
 *
 * On a host rather than in a container: there the plan has two parts more.
 */
import { readFileSync } from 'node:fs';
import { width as columnsOf } from '../src/lang/text/index.ts';

const size = { char: 8.43, line: 19, pad: 20 } as const;
const colors: Readonly<Record<string, string>> = {
  31: '#ff6b68',
  32: '#7fd88f',
  33: '#f5c542',
  34: '#7aa2f7',
  35: '#d08cf0',
  36: '#5fd3e0',
  90: '#8b949e',
  91: '#ff6b68',
  92: '#7fd88f',
  93: '#f5c542',
  94: '#7aa2f7',
  95: '#d08cf0',
  96: '#5fd3e0',
};

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

interface Style {
  readonly color?: string;
  readonly bold: boolean;
  readonly dim: boolean;
}
const plain: Style = { bold: false, dim: false };

function styled(style: Style, codes: readonly string[]): Style {
  let next = style;
  for (const code of codes.length > 0 ? codes : ['0']) {
    if (code === '0' || code === '') next = plain;
    else if (code === '1') next = { ...next, bold: true };
    else if (code === '2') next = { ...next, dim: true };
    else if (code === '22') next = { ...next, bold: false, dim: false };
    else if (code === '39') next = { bold: next.bold, dim: next.dim };
    else if (colors[code]) next = { ...next, color: colors[code] };
  }
  return next;
}

function span(text: string, style: Style, column: number): string {
  if (text === '') return '';
  const fill = style.color ?? (style.dim ? '#8b949e' : '#e6edf3');
  const weight = style.bold ? ' font-weight="700"' : '';
  // Each run is placed by its column, so that fonts of other widths cannot shear the table.
  return `<tspan x="${(size.pad + column * size.char).toFixed(1)}" fill="${fill}"${weight}>${escapeXml(text)}</tspan>`;
}

const lines = readFileSync(0, 'utf8').replace(/\n+$/, '').split('\n');
let style = plain;
let widest = 0;
const rows = lines.map((line, row) => {
  let column = 0;
  const spans: string[] = [];
  // oxlint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b[')) style = styled(style, part.slice(2, -1).split(';'));
    else {
      spans.push(span(part, style, column));
      column += columnsOf(part);
    }
  }
  widest = Math.max(widest, column);
  return `<text y="${size.pad + 30 + row * size.line}" xml:space="preserve">${spans.join('')}</text>`;
});
const width = Math.ceil(size.pad * 2 + widest * size.char);
const height = size.pad * 2 + 24 + lines.length * size.line;
process.stdout
  .write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<rect width="100%" height="100%" rx="10" fill="#15191f"/>
<circle cx="22" cy="18" r="6" fill="#ff5f57"/><circle cx="42" cy="18" r="6" fill="#febc2e"/><circle cx="62" cy="18" r="6" fill="#28c840"/>
${rows.join('\n')}
</svg>
`);
