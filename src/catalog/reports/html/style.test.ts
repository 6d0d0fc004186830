import { describe, expect, it } from 'vitest';
import { style } from './style.ts';

/** Colours by name, for light and for dark, read from the style sheet itself. */
const palettes = [...style.matchAll(/:root\{\s*((?:--[a-z-]+: #[0-9a-f]{6};\s*)+)/g)].map(
  ([, block = '']) =>
    new Map(
      [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
    ),
);

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(a: string, b: string): number {
  const [dark = 0, bright = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

const strong = ['critical', 'high', 'medium', 'low', 'info', 'good', 'unknown'];
const pairs = [
  ...['ink', 'soft', 'link'].flatMap((ink) => ['page', 'card'].map((ground) => [ink, ground] as const)),
  ...strong.map((name) => [name, `${name}-wash`] as const),
  ...strong.map((name) => [name, 'card'] as const),
  ...['critical-wash', 'medium-wash', 'unknown-wash', 'good-wash'].flatMap((ground) =>
    ['ink', 'soft'].map((ink) => [ink, ground] as const),
  ),
  ['ink', 'code'],
  ['open-ink', 'open'],
  ['known-ink', 'known'],
  ['maybe-ink', 'maybe'],
] as const;

describe('the style of the page', () => {
  it('has colours for light, for dark, and for print', () => {
    expect(palettes.map((palette) => palette.size)).toEqual([27, 27, 27]);
  });
  it.each(pairs)('%s can be read on %s', (ink, ground) => {
    for (const palette of palettes) {
      expect(contrast(palette.get(ink) ?? '', palette.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5);
    }
  });
  it('loads nothing', () => expect(style).not.toMatch(/url\(|@import|expression|http/));
});
