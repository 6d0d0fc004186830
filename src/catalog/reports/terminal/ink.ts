import type { Severity } from '../../../model/index.ts';

/** Select Graphic Rendition codes: on, off. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  alarm: [41, 49],
} as const;

export type Color = keyof typeof codes;
export type Paint = (text: string, ...colors: readonly Color[]) => string;

/** Without colour the text comes back as it is. */
export const paintWith =
  (color: boolean): Paint =>
  (text, ...colors) =>
    color && text !== ''
      ? colors.reduce((inner, name) => `\u001b[${codes[name][0]}m${inner}\u001b[${codes[name][1]}m`, text)
      : text;

export const severityColors: Readonly<Record<Severity, readonly Color[]>> = {
  critical: ['bold', 'red'],
  high: ['red'],
  medium: ['yellow'],
  low: ['cyan'],
  info: ['dim'],
};

export const healthColors = {
  compromised: ['bold', 'alarm'],
  exposed: ['bold', 'red'],
  weak: ['bold', 'yellow'],
  unknown: ['bold', 'magenta'],
  sound: ['bold', 'green'],
} as const;
