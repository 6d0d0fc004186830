import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edit, parseConf, printConf, readConf, type ConfChange, type ConfDocument } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 20_000 : 300;
const doc = (text: string): ConfDocument => parseConf(Buffer.from(text), 'redis.conf');
const after = (text: string, ...changes: ConfChange[]): string => {
  const { value, problems } = edit(doc(text), changes);
  expect(problems).toEqual([]);
  return Buffer.from(printConf(value)).toString();
};

describe('set', () => {
  it.each<[what: string, before: string, change: ConfChange, then: string]>([
    [
      'rewrites the line',
      '# a\nport 1\n# b\n',
      { do: 'set', name: 'port', args: ['2'] },
      '# a\nport 2\n# b\n',
    ],
    [
      'keeps the indentation, the name as written and the line break',
      '  PORT\t1\r\nx 1\r\n',
      { do: 'set', name: 'port', args: ['2'] },
      '  PORT 2\r\nx 1\r\n',
    ],
    [
      'leaves a line that holds it already',
      'port   "1"  \n',
      { do: 'set', name: 'port', args: ['1'] },
      'port   "1"  \n',
    ],
    [
      'rewrites the last line, which wins',
      'port 1\nport 2\n',
      { do: 'set', name: 'port', args: ['3'] },
      'port 1\nport 3\n',
    ],
    [
      'finds the other name',
      'slaveof a 1\n',
      { do: 'set', name: 'replicaof', args: ['no', 'one'] },
      'slaveof no one\n',
    ],
    [
      'adds at the end',
      'port 1',
      { do: 'set', name: 'bind', args: ['127.0.0.1', '-::1'] },
      'port 1\nbind 127.0.0.1 -::1\n',
    ],
    ['adds to an empty file', '', { do: 'set', name: 'port', args: ['0'] }, 'port 0\n'],
    [
      'adds below its example',
      '# requirepass foobared\n\nport 1\n',
      { do: 'set', name: 'requirepass', args: ['x'] },
      '# requirepass foobared\nrequirepass x\n\nport 1\n',
    ],
    [
      'but not above an include, which could take it back',
      '# timeout 0\ninclude a.conf\n',
      { do: 'set', name: 'timeout', args: ['5'] },
      '# timeout 0\ninclude a.conf\ntimeout 5\n',
    ],
    [
      'does not take a sentence for an example',
      '# port and socket.\nx 1\n',
      { do: 'set', name: 'port', args: ['5'] },
      '# port and socket.\nx 1\nport 5\n',
    ],
    [
      'writes Windows line breaks where the file has them',
      'a 1\r\nb 2\r\n',
      { do: 'set', name: 'port', args: ['5'] },
      'a 1\r\nb 2\r\nport 5\r\n',
    ],
    [
      'quotes what needs it',
      'x 1\n',
      { do: 'set', name: 'requirepass', args: ['a "b" \\é\n'] },
      'x 1\nrequirepass "a \\"b\\" \\\\\\xc3\\xa9\\n"\n',
    ],
    ['writes nothing as ""', 'x 1\n', { do: 'set', name: 'unixsocket', args: [''] }, 'x 1\nunixsocket ""\n'],
    [
      'leaves text of other languages as it is',
      'x 1\n',
      { do: 'set', name: 'requirepass', args: ['пароль'] },
      'x 1\nrequirepass пароль\n',
    ],
    [
      'keeps a byte order mark',
      '\ufeff# a\nport 1\n',
      { do: 'set', name: 'port', args: ['2'] },
      '\ufeff# a\nport 2\n',
    ],
  ])('%s', (_what, before, change, then) => {
    expect(after(before, change)).toBe(then);
  });
});

describe('directives of which every line counts', () => {
  const file = 'save 900 1\n# between\nsave 300 10\nuser a on\nuser b off\n';
  it('are replaced line by line', () => {
    expect(after(file, { do: 'replace', name: 'save', lines: [['60', '1']] })).toBe(
      'save 60 1\n# between\nuser a on\nuser b off\n',
    );
    expect(
      after(file, {
        do: 'replace',
        name: 'save',
        lines: [
          ['1', '1'],
          ['2', '2'],
          ['3', '3'],
        ],
      }),
    ).toBe('save 1 1\n# between\nsave 2 2\nsave 3 3\nuser a on\nuser b off\n');
  });
  it('are appended after their last line', () => {
    expect(after(file, { do: 'append', name: 'user', args: ['c', 'on'] })).toBe(`${file}user c on\n`);
    expect(after(file, { do: 'append', name: 'save', args: ['1', '1'] })).toContain(
      'save 300 10\nsave 1 1\nuser a',
    );
  });
  it('are chosen by their first arguments', () => {
    expect(after(file, { do: 'remove', name: 'user', beginning: ['a'] })).toBe(
      file.replace('user a on\n', ''),
    );
    expect(after(file, { do: 'comment-out', name: 'user', beginning: ['b'] })).toBe(
      file.replace('user b', '# user b'),
    );
  });
  it('are not set', () => {
    expect(edit(doc(file), [{ do: 'set', name: 'user', args: ['a'] }]).problems[0]).toContain(
      'Every line of user counts',
    );
  });
});

describe('what is not edited is said', () => {
  it.each([
    [Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('port 1\n', 'utf16le')]), 'UTF-16'],
    [Buffer.from('port 1\0\n'), 'NUL'],
  ])('%j', (bytes, reason) => {
    const before = parseConf(bytes);
    const { value, problems } = edit(before, [{ do: 'set', name: 'port', args: ['1'] }]);
    expect(problems[0]).toContain(reason);
    expect(value).toBe(before);
  });
  it('a name that is none', () => {
    expect(edit(doc(''), [{ do: 'set', name: 'a b', args: [] }]).problems).toHaveLength(1);
  });
});

describe('laws', () => {
  const line = fc.constantFrom(
    '# c',
    '',
    'port 1',
    '  requirepass "a b"',
    'include x',
    'nonsense "',
    '# port 1',
    'maxmemory 1gb',
    '\ttimeout 3',
    'save 1 1',
  );
  const text = fc
    .tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', ' \n')), { maxLength: 12 }), fc.boolean())
    .map(([lines, open]) => lines.map((one) => one.join('')).join('') + (open ? 'port 1' : ''));
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom(' ', '"', "'", '\\', '#', '\n', '\0', 'x', 'é', '\udc80'),
      maxLength: 8,
    }),
  );

  it('what is set is read back, and no other line changes', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('requirepass', 'port', 'timeout', 'dbfilename'),
        value,
        (before, name, wanted) => {
          const old = doc(before);
          const { value: now, problems } = edit(old, [{ do: 'set', name, args: [wanted] }]);
          expect(problems).toEqual([]);
          const last = now.lines.findLast((one) => one.kind === 'directive' && one.name === name);
          expect(last).toMatchObject({ args: [wanted] });
          const bytesOf = (of: ConfDocument, i: number): string => {
            const one = of.lines[i];
            return one ? Buffer.from(of.bytes.subarray(one.start, one.end)).toString('latin1') : '';
          };
          const all = (of: ConfDocument): string[] => of.lines.map((_, i) => bytesOf(of, i));
          const [had, has] = [all(old), all(now)];
          // One line was rewritten in its place, or one was added.
          const at = (last?.number ?? 0) - 1;
          const added = has.length - had.length;
          expect([0, 1]).toContain(added);
          expect(has.toSpliced(at, 1)).toEqual(added === 1 ? had : had.toSpliced(at, 1));
        },
      ),
      { numRuns: numRuns * 2 },
    );
  });

  it('a server reads the value that was set', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('# c', '', 'port 1', ' maxmemory 1gb', 'requirepass a'), { maxLength: 6 }),
        value,
        (lines, secret) => {
          const { value: now } = edit(doc(lines.join('\n')), [
            { do: 'set', name: 'requirepass', args: [secret] },
          ]);
          for (const version of ['7.0.15', '8.6.3']) {
            const reading = readConf([{ path: 'a', bytes: printConf(now) }], { product: 'redis', version });
            expect(reading.refused).toBeUndefined();
            expect(reading.settings.get('requirepass')).toBe(secret);
          }
        },
      ),
      { numRuns },
    );
  });

  it('a change made twice is a change made once', () => {
    fc.assert(
      fc.property(
        text,
        value,
        fc.constantFrom<'set' | 'remove' | 'comment-out'>('set', 'remove', 'comment-out'),
        (before, wanted, kind) => {
          const change: ConfChange =
            kind === 'set' ? { do: kind, name: 'port', args: [wanted] } : { do: kind, name: 'port' };
          const once = edit(doc(before), [change]).value;
          expect(Buffer.compare(edit(once, [change]).value.bytes, once.bytes)).toBe(0);
        },
      ),
      { numRuns },
    );
  });
});
