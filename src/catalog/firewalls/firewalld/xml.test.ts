import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml, type XmlElement } from './xml.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 300;

describe('the XML of firewalld', () => {
  it('is read with attributes, text, comments and lines', () => {
    const { root } = readXml(
      '<?xml version="1.0"?>\n<!-- a > b -->\n<zone target="DROP">\n <short>A &amp; &#66;</short>\n <port port=\'1\' protocol = "tcp"/>\n</zone>\n',
    );
    expect(root?.attributes.get('target')).toBe('DROP');
    expect(root?.children.map(({ name, text, line }) => [name, text, line])).toEqual([
      ['short', 'A & B', 4],
      ['port', '', 5],
    ]);
    expect(root?.children[1]?.attributes.get('protocol')).toBe('tcp');
  });

  it.each([
    ['<!DOCTYPE zone [<!ENTITY a "b">]><zone/>', 'a document type is refused'],
    ['<zone>&a;</zone>', 'an entity that is not one of the five'],
    ['<zone><port></zone>', '</zone> closes what is not open'],
    ['<zone>', 'the file ends inside <zone>'],
    ['<zone a=1/>', 'the value of a is not quoted'],
    ['<zone a="1" a="2"/>', 'a is given twice'],
    ['<zone/><zone/>', 'more than one document'],
    ['<a>'.repeat(100), 'elements are nested more than 32 deep'],
    ['', 'no element at all'],
    ['zone', 'text outside of the document'],
  ])('refuses %s', (text, reason) => {
    expect(readXml(text).problem?.reason).toBe(reason);
  });

  it('is what was written, whatever stands in it', () => {
    const escaped = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    const words = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words), { maxLength: 5 }), (children) => {
        const text = children
          .map(([value, inner]) => `<e v="${escaped(value)}">${escaped(inner)}</e>`)
          .join('');
        const read: readonly XmlElement[] = readXml(`<r>${text}</r>`).root?.children ?? [];
        expect(read.map((one) => [one.attributes.get('v'), one.text])).toEqual(children);
      }),
      { numRuns: runs },
    );
  });

  it('may be anything without a throw', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '<zone',
      '</zone>',
      '="',
      '"',
      '&',
      ';',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      'a',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const read = readXml(pieces.join(''));
        expect((read.root === undefined) !== (read.problem === undefined)).toBe(true);
      }),
      { numRuns: runs },
    );
  });
});
