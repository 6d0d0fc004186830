import { clip, width, wrap } from '../../../lang/text/index.ts';
import type { ReportOptions } from '../../define-report.ts';
import { plural } from '../words.ts';
import { paintWith, type Color, type Paint } from './ink.ts';

/** What every part of the report draws with. */
export interface Page {
  readonly columns: number;
  readonly verbose: boolean;
  readonly paint: Paint;
  readonly signs: {
    readonly certain: string;
    readonly possible: string;
    readonly no: string;
    readonly unknown: string;
    readonly rule: string;
    readonly dash: string;
    readonly arrow: string;
    readonly ellipsis: string;
  };
}

export const pageOf = ({ color, width: columns, verbose, ascii }: ReportOptions): Page => ({
  columns: Math.min(120, Math.max(40, Math.floor(columns) || 80)),
  verbose: verbose ?? false,
  paint: paintWith(color),
  signs: ascii
    ? {
        certain: '#',
        possible: 'o',
        no: '.',
        unknown: '?',
        rule: '-',
        dash: '-',
        arrow: '>',
        ellipsis: '...',
      }
    : { certain: '●', possible: '○', no: '·', unknown: '?', rule: '─', dash: '–', arrow: '→', ellipsis: '…' },
});

/** Columns of one text, unless everything is wanted: about ten lines. */
const longest = 800;

/** `lead` once, then `text` wrapped beside it. Colours are laid on after wrapping, so they never count. */
export function hang(
  { columns, verbose, paint, signs }: Page,
  lead: string,
  text: string,
  leadColors: readonly Color[] = [],
  textColors: readonly Color[] = [],
): string[] {
  const indent = width(lead);
  return wrap(verbose ? text : clip(text, longest, signs.ellipsis), columns - indent).map((line, index) =>
    index === 0
      ? paint(lead, ...leadColors) + paint(line, ...textColors)
      : ' '.repeat(indent) + paint(line, ...textColors),
  );
}

export const heading = ({ paint }: Page, text: string): string => paint(text, 'bold');

/** The first `most` of them, unless everything is wanted, and how many were left out. */
export function some<T>(
  { verbose }: Page,
  all: readonly T[],
  most: number,
): { readonly shown: readonly T[]; readonly left: number } {
  const shown = verbose ? all : all.slice(0, most);
  return { shown, left: all.length - shown.length };
}

export const more = (page: Page, left: number, what: string, indent = 2): string[] =>
  left > 0
    ? hang(
        page,
        ' '.repeat(indent),
        `${page.signs.ellipsis} and ${plural(left, `more ${what}`)} (--verbose shows all)`,
        [],
        ['dim'],
      )
    : [];
