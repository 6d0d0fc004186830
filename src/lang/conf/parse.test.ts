import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, parseConf, printConf, type ConfLine } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
const parse = (text: string): readonly ConfLine[] => parseConf(Buffer.from(text, 'latin1')).lines;
const shown = (line: ConfLine): string =>
  line.kind === 'directive' ? `${line.name}(${line.args.join('|')})` : line.kind;

/** Text as it stands in such files, and as it should not. */
const confText = fc
  .array(
    fc.constantFrom(
      'port',
      'bind',
      ' ',
      '\t',
      '\r',
      '\n',
      '\r\n',
      '#',
      '"',
      "'",
      '\\',
      '\\x00',
      '\0',
      '1gb',
      '\ufeff',
      'é',
      '\v',
      'a'.repeat(40),
    ),
    { maxLength: 60 },
  )
  .map((words) => Buffer.from(words.join('')));
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), confText);

describe('what a line is', () => {
  it.each([
    ['', []],
    ['\n\n', ['blank', 'blank']],
    ['  \t\r\n', ['blank']],
    ['# a\n  # b\n', ['comment', 'comment']],
    ['port 6379', ['port(6379)']],
    ['  PORT\t6379  \r\n', ['port(6379)']],
    ['port 6379 # no comment\n', ['port(6379|#|no|comment)']],
    ['requirepass "a b\\x21\\n"\n', ['requirepass(a b!\n)']],
    ["requirepass 'it\\'s'\n", ["requirepass(it's)"]],
    ['save ""\n', ['save()']],
    ['"#port" 1\n', ['#port(1)']],
    ['requirepass "a\nport 1\n', ['broken', 'port(1)']],
    ['requirepass "a"b\n', ['broken']],
    ['bind 1 \\\n 2\n', ['bind(1|\\)', '2()']],
    ['\v\n', ['blank']],
    ['port\r6379\n', ['port(6379)']],
    ['a\r', ['a()']],
  ])('%j', (text, lines) => {
    expect(parse(text).map(shown)).toEqual(lines);
  });

  it('has its place in the file', () => {
    const [first, second] = parse('port 1\r\n  bind "x\n');
    expect(first).toMatchObject({ number: 1, start: 0, end: 6, next: 8 });
    expect(second).toMatchObject({ number: 2, start: 8, end: 17, next: 18, kind: 'broken', column: 8 });
  });

  it('joins what touches a closing quote, as Valkey 9.1 does, only when asked', () => {
    const [line] = parseConf(Buffer.from('dbfilename "a"\'b\'c'), 'x', { joinQuotes: true }).lines;
    expect(line && shown(line)).toBe('dbfilename(abc)');
    expect(parseConf(Buffer.from('a "b"c"'), 'x', { joinQuotes: true }).lines[0]?.kind).toBe('broken');
  });
});

describe('what is odd about a text is said', () => {
  it.each([
    ['\ufeffport 1\n', 'UTF-8 byte order mark', 1],
    ['port 1\n\0bind x\n', 'NUL byte', 2],
  ])('%j', (text, reason, line) => {
    const [problem] = parseConf(Buffer.from(text), 'f').problems;
    expect(problem).toMatchObject({ file: 'f', line, column: 1 });
    expect(problem?.reason).toContain(reason);
  });

  it('UTF-16 too', () => {
    const bytes = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('port 1\n', 'utf16le')]);
    expect(parseConf(bytes).problems[0]?.reason).toContain('UTF-16');
  });

  it('and a file with Windows line breaks is known as one', () => {
    expect(parseConf(Buffer.from('a\r\nb\r\n')).eol).toBe('\r\n');
    expect(parseConf(Buffer.from('a\nb\r\nc\n')).eol).toBe('\n');
  });
});

describe('laws', () => {
  it('printing gives back every byte', () => {
    fc.assert(
      fc.property(anyBytes, fc.boolean(), (bytes, joinQuotes) => {
        const doc = parseConf(bytes, undefined, { joinQuotes });
        expect(Buffer.compare(printConf(doc), bytes)).toBe(0);
        expect(
          doc.lines.every(
            (line, i) => line.number === i + 1 && line.start <= line.end && line.end <= line.next,
          ),
        ).toBe(true);
      }),
      { numRuns: numRuns * 3 },
    );
  });

  it('text loses no byte', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 30 }),
          fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const text = decodeText(bytes);
          expect(Buffer.compare(encodeText(text), bytes)).toBe(0);
          expect(JSON.parse(JSON.stringify(text))).toBe(text);
        },
      ),
      { numRuns: numRuns * 3 },
    );
  });
});
