import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHcl, parseHclTemplate } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
const value = (text: string) => parseHcl(`a = ${text}\n`).body.attributes[0]?.value;

describe('HCL', () => {
  it('is blocks with labels, and attributes with their lines', () => {
    const { body, problems } = parseHcl(
      '# first\nresource "t" n {\n  a = 1 // one\n  inner { b = "x" }\n}\n\nc = true\n',
    );
    expect(problems).toEqual([]);
    expect(body.blocks).toMatchObject([
      {
        type: 'resource',
        labels: ['t', 'n'],
        line: 2,
        body: { attributes: [{ name: 'a', line: 3 }], blocks: [{ type: 'inner' }] },
      },
    ]);
    expect(body.attributes).toMatchObject([{ name: 'c', value: { value: true }, line: 7 }]);
  });

  it.each([
    ['1.5', { kind: 'literal', value: 1.5 }],
    ['"a\\n\\u0041$${x}"', { kind: 'literal', value: 'a\nA${x}' }],
    ['"a-${var.b}-c"', { kind: 'template', parts: ['a-', { kind: 'get', name: 'b' }, '-c'] }],
    ['"${var.b}"', { kind: 'get', text: 'var.b' }],
    ['[1, 2,\n 3,\n]', { kind: 'list', items: [{}, {}, {}] }],
    ['{ a = 1, "b" : 2\n c = 3 }', { kind: 'object', entries: [{}, {}, {}] }],
    ['a.b[0].c', { kind: 'get', name: 'c', of: { kind: 'index' } }],
    ['a.b.0.c', { kind: 'get', name: 'c', of: { kind: 'index' } }],
    ['a[*].b', { kind: 'splat', path: ['b'] }],
    ['a.*.b', { kind: 'splat', path: ['b'] }],
    ['f(a, b...)', { kind: 'call', name: 'f', spread: true }],
    ['a ? b : c', { kind: 'conditional' }],
    ['a == 1 || !b && c > -2', { kind: 'binary', operator: '||', right: { kind: 'binary', operator: '&&' } }],
    ['[for k, v in m : k if v]', { kind: 'for', key: 'k', value: 'v', condition: { name: 'v' } }],
    ['{for x in l : x.a => x...}', { kind: 'for', grouped: true, keyResult: { kind: 'get' } }],
    ['<<-EOT\n    x\n  EOT', { kind: 'literal', value: 'x\n' }],
    ['<<EOT\n${x}\nEOT', { kind: 'opaque' }],
  ])('reads %s', (text, expected) => {
    expect(parseHcl(`a = ${text}\nz = 1\n`).body.attributes).toHaveLength(2);
    expect(value(text)).toMatchObject(expected);
  });

  it.each([
    'a = ',
    'a = "x',
    'a {',
    'a = [1',
    'a = {b',
    '}',
    'a = <<E\nx',
    'a = 1 2',
    '/*',
    'a "b',
    '= 1',
    'a = (1',
    'a b = 1',
  ])('says where %s is wrong', (text) => {
    expect(parseHcl(text).problems).toMatchObject([{ line: expect.any(Number), column: expect.any(Number) }]);
  });

  it('keeps what came before a mistake', () => {
    expect(parseHcl('a = 1\nb {}\nc = = 2\n').body).toMatchObject({
      attributes: [{ name: 'a' }],
      blocks: [{ type: 'b' }],
    });
  });

  it.each([
    'a = '.concat('['.repeat(10_000)),
    'a {'.repeat(10_000),
    `a = ${'!'.repeat(10_000)}`,
    `a = ${'"${'.repeat(5000)}`,
    `a = ${'('.repeat(10_000)}`,
    `a = ${'x ? '.repeat(10_000)}`,
  ])('refuses what is nested too deep', (text) => {
    expect(parseHcl(text).problems).toMatchObject([
      { reason: expect.stringMatching(/deep|too early|missing/) },
    ]);
  });

  it('throws at nothing, and ends', () => {
    const words = fc.constantFrom(
      'a',
      ' = ',
      '\n',
      '{',
      '}',
      '[',
      ']',
      '"',
      '${',
      '%{',
      '(',
      ')',
      ',',
      '.',
      '*',
      '?',
      ':',
      '=>',
      '...',
      'for ',
      ' in ',
      ' if ',
      '<<E',
      '#',
      '/*',
      '1',
      '-',
      '!',
      '==',
      '\\',
      '~',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          expect(() => parseHcl(text)).not.toThrow();
          expect(() => parseHclTemplate(text)).not.toThrow();
        },
      ),
      { numRuns },
    );
  });
});
