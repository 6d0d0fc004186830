import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from './read-yaml.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 10_000 : 200;
const values = (text: string): unknown =>
  readYaml(text).map(({ value }) => value && JSON.parse(JSON.stringify(value)));

/** Ten lines that stand for nine to the power of ten values. */
const bomb = Array.from({ length: 10 }, (_, index) =>
  index === 0
    ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
    : `a${index}: &a${index} [${Array(9)
        .fill(`*a${index - 1}`)
        .join(', ')}]`,
).join('\n');

describe('reading YAML', () => {
  it('reads all documents of a text', () => {
    expect(values('a: 1\n---\nb: [x, 2]\n')).toEqual([{ a: 1 }, { b: ['x', 2] }]);
  });

  it('reads what kubectl prints as JSON', () => {
    expect(values('{"kind": "List", "items": []}')).toEqual([{ kind: 'List', items: [] }]);
  });

  it('follows anchors, and merges where what is written here wins', () => {
    expect(values('x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x\nz: *x')).toEqual([
      { x: { a: 1, b: 2 }, y: { b: 3, a: 1 }, z: { a: 1, b: 2 } },
    ]);
  });

  it('takes the anchor that stands last before the alias', () => {
    expect(values('a: &x [1]\nb: *x\nc: &x [2]\nd: *x')).toEqual([{ a: [1], b: [1], c: [2], d: [2] }]);
  });

  it.each([
    ['aliases without measure', bomb],
    ['an anchor that holds itself', 'a: &a [*a]'],
    ['brackets without end', '['.repeat(10_000)],
    ['brackets too deep', `${'['.repeat(900)}${']'.repeat(900)}`],
    ['dashes too deep', `${'- '.repeat(10_000)}a`],
    ['maps too deep', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['a template', 'a:\n{{- if .Values.x }}\n  b: 1\n{{- end }}'],
  ])('refuses %s', (_, text) => {
    const read = readYaml(text);
    expect(read.every(({ value }) => value === undefined)).toBe(true);
    expect(read.flatMap(({ problems }) => problems).some(({ fatal }) => fatal)).toBe(true);
  });

  it('throws at nothing', () => {
    const words = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '&x ',
      '*x',
      '[',
      ']',
      '{',
      '}',
      '<<',
      '!t ',
      '"',
      "'",
      '|',
      '>',
      '---',
      '#',
      ',',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
        expect(() => readYaml(parts.join(''))).not.toThrow();
      }),
      { numRuns },
    );
  });
});
