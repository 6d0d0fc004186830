import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConf, type ConfReading, type Load, type ReadOptions } from './index.ts';

const numRuns = process.env['KEYWARD_DEEP'] ? 5000 : 150;
const read = (text: string | Uint8Array, options: Partial<ReadOptions> = {}): ConfReading =>
  readConf([{ path: 'redis.conf', bytes: Buffer.from(text) }], {
    product: 'redis',
    version: '7.0.15',
    ...options,
  });
const refusal = (reading: ConfReading): string | undefined =>
  reading.refused && `${reading.refused.file}:${reading.refused.line} ${reading.refused.reason}`;
const bad = 'Bad directive or wrong number of arguments';

/** One line, the setting that it makes, per version. */
const cases: readonly (readonly [line: string, name: string, versions: string, value: string | RegExp])[] = [
  ['maxmemory 1gb', 'maxmemory', '2.8.24 7.0.15', '1073741824'],
  ['maxmemory 1G', 'maxmemory', '5.0.3 7.0.15', '1000000000'],
  ['maxmemory 1tb', 'maxmemory', '7.0.15', /memory value/],
  ['maxmemory 1tb', 'maxmemory', '5.0.3', '0'],
  ['port 6379x', 'port', '5.0.3', '6379'],
  ['port 6379x', 'port', '6.0.16 7.0.15', /integer/],
  ['port 65536', 'port', '6.0.16 7.0.15', /between 0 and 65535/],
  ['appendonly YES', 'appendonly', '2.8.24 6.0.16 8.6.3', 'yes'],
  ['appendonly on', 'appendonly', '6.0.16', "argument must be 'yes' or 'no'"],
  ['loglevel info', 'loglevel', '6.0.16', /^argument must be one of/],
  ['loglevel info', 'loglevel', '7.0.15', /^argument\(s\) must be one of/],
  ['save 60 1', 'save', '5.0.3 6.0.16 7.0.15', '60 1'],
  ['save 60 1 30 2', 'save', '7.0.15', '60 1 30 2'],
  ['save 60', 'save', '7.0.15', 'Invalid save parameters'],
  ['timeout 5', 'save', '6.2.16', ''],
  ['timeout 5', 'save', '7.0.15', '3600 1 300 100 60 10000'],
  ['bind "127.0.0.1 ::1"', 'bind', '7.0.15', '127.0.0.1 ::1'],
  ['bind', 'bind', '7.0.15', ''],
  ['bind', 'bind', '6.0.16', bad],
  [
    'client-output-buffer-limit replica 1mb 2 3',
    'client-output-buffer-limit',
    '5.0.3 7.0.15',
    'normal 0 0 0 slave 1048576 2 3 pubsub 33554432 8388608 60',
  ],
  ['client-output-buffer-limit master 1 1 1', 'client-output-buffer-limit', '7.0.15', /Invalid client class/],
  ['notify-keyspace-events KEA', 'notify-keyspace-events', '2.8.24 7.0.15', 'AKE'],
  ['notify-keyspace-events En', 'notify-keyspace-events', '7.0.15', 'nE'],
  ['notify-keyspace-events En', 'notify-keyspace-events', '6.0.16', /Invalid event class/],
  ['oom-score-adj relative', 'oom-score-adj', '7.0.15', 'yes'],
  ['oom-score-adj-values 1 2 3', 'oom-score-adj-values', '6.2.16 7.0.15', '1 2 3'],
  ['maxmemory-clients 5%', 'maxmemory-clients', '7.0.15', '5%'],
  [
    'maxmemory-clients 101%',
    'maxmemory-clients',
    '7.0.15',
    'percentage argument must be less or equal to 100',
  ],
  ['slave-read-only no', 'replica-read-only', '5.0.3 7.0.15', 'no'],
  ['hz 0', 'hz', '5.0.3 7.0.15', '1'],
  ['hz 9999', 'hz', '7.0.15', '500'],
  ['shutdown-on-sigterm nosave now', 'shutdown-on-sigterm', '7.0.15', 'nosave now'],
  ['shutdown-on-sigterm nosave save', 'shutdown-on-sigterm', '7.0.15', /simultaneously/],
  ['latency-tracking-info-percentiles 50 99.9', 'latency-tracking-info-percentiles', '7.0.15', '50 99.9'],
  ['replicaof no one', 'replicaof', '7.0.15', ''],
  ['slaveof 10.0.0.1 6379', 'replicaof', '7.0.15', '10.0.0.1 6379'],
  ['slaveof 10.0.0.1 70000', 'replicaof', '7.0.15', 'Invalid master port'],
  ['unixsocketperm 0770', 'unixsocketperm', '6.0.16 7.0.15', '770'],
  ['activedefrag yes', 'activedefrag', '7.0.15', 'yes'],
  ['dbfilename a/b', 'dbfilename', '7.0.15', "dbfilename can't be a path, just a filename"],
  ['requirepass "a\\x00b"', 'requirepass', '7.0.15', 'a\0b'],
  ['pidfile "a\\x00b"', 'pidfile', '7.0.15', 'a'],
];

describe('a setting is read as the version reads it', () => {
  it.each(
    cases.flatMap(([line, name, versions, value]) =>
      versions.split(' ').map((version) => [version, line, name, value] as const),
    ),
  )('redis %s: %s', (version, line, name, value) => {
    const reading = read(`${line}\n`, { version });
    const seen = reading.refused?.reason ?? reading.settings.get(name);
    if (typeof value === 'string') expect(seen).toBe(value);
    else expect(seen).toMatch(value);
  });
});

describe('unknown directives', () => {
  it.each([
    ['redis', '7.0.15', 'nonsense 1', 'read', bad],
    ['redis', '7.0.15', 'a.b 1', 'start', /without loadmodule/],
    ['redis', '7.0.15', 'a.b', 'read', 'Module config specified without value'],
    ['redis', '6.2.16', 'a.b 1', 'read', bad],
    ['redis', '8.6.3', 'nonsense 1', 'start', bad],
    ['redis', '8.6.3', 'nonsense', 'read', bad],
    ['valkey', '9.1.2', 'nonsense 1', 'read', bad],
    ['redis', '5.0.3', 'user a on', 'read', bad],
    ['redis', '3.2.13', 'loadmodule x', 'read', bad],
  ] as const)('%s %s: %s', (product, version, line, stage, reason) => {
    const { refused } = read(`port 1\n${line}\n`, { product, version });
    expect(refused).toMatchObject({ line: 2, stage, fatal: true });
    expect(refused?.reason).toMatch(reason);
  });

  it('of a server that is newer than all measured ones are said, and refuse nothing', () => {
    for (const [product, version] of [
      ['redis', '99.0.0'],
      ['valkey', '99.0.0'],
    ] as const) {
      const reading = read('brand-new-directive 1\nport 7\n', { product, version });
      expect(reading.refused).toBeUndefined();
      expect(reading.problems[0]).toMatchObject({
        fatal: false,
        line: 1,
        reason: expect.stringContaining(bad),
      });
      expect(reading.settings.get('port')).toBe('7');
    }
  });

  it('are left to the modules where one is loaded', () => {
    const reading = read('loadmodule /m.so a\nm.opt "x y"\nm.opt 2\n', { version: '8.6.3' });
    expect(reading.refused).toBeUndefined();
    expect(reading.modules).toEqual([{ file: 'redis.conf', line: 1, path: '/m.so', args: ['a'] }]);
    expect(reading.moduleSettings).toEqual([{ file: 'redis.conf', line: 3, name: 'm.opt', args: ['2'] }]);
  });

  it('old names that are forgiven set nothing', () => {
    expect(read('list-max-ziplist-entries 5\nlua-replicate-commands yes\n').refused).toBeUndefined();
    expect(refusal(read('list-max-ziplist-entries 5 6\n'))).toContain(bad);
    expect(read('dynamic-hz yes\n', { product: 'valkey', version: '9.1.2' }).refused).toBeUndefined();
  });
});

describe('include', () => {
  const files: Readonly<Record<string, string>> = {
    'a.conf': 'port 1\ninclude b.conf\n',
    'b.conf': 'timeout 5\nnonsense "\n',
    'loop.conf': 'include loop.conf\n',
    'x/1.conf': 'port 1\ntimeout 7',
    'x/2.conf': '7\nhz 20\nport x\n',
  };
  const load: Load = (pattern, _from, glob) => {
    const found = Object.keys(files).filter((name) =>
      glob ? name.startsWith(pattern.split('*')[0] ?? '') : name === pattern,
    );
    if (found.length === 0 && !glob) return { problem: 'No such file or directory' };
    return found.map((path) => ({ path, bytes: Buffer.from(files[path] ?? '') }));
  };

  it('is read where it stands, and named in problems and in the tree', () => {
    const reading = read('include a.conf\nport 2\n', { load, keepGoing: true });
    expect(refusal(reading)).toBe('b.conf:2 Unbalanced quotes in configuration line');
    expect(reading.settings.get('port')).toBe('2');
    expect(reading.places.get('timeout')).toEqual([{ file: 'b.conf', line: 1 }]);
    expect(reading.includes).toEqual([
      {
        path: 'redis.conf',
        line: undefined,
        includes: [{ path: 'a.conf', line: 1, includes: [{ path: 'b.conf', line: 2, includes: [] }] }],
      },
    ]);
  });

  it('joins all that a pattern matches, as the server does', () => {
    const { refused, settings } = read('\ninclude x/*.conf\n', { load });
    // `timeout 7` has no line break at its end: the next file goes on with it.
    expect(settings.get('timeout')).toBe('77');
    expect(refused).toMatchObject({ file: 'x/2.conf', line: 3, reported: 4 });
    expect(refusal(read('include x/*.conf\n', { load, version: '6.2.16' }))).toContain(
      "can't open config file 'x/*.conf'",
    );
  });

  it('of nothing is fine for a pattern, and not for a name', () => {
    expect(read('include none/*.conf\n', { load }).refused).toBeUndefined();
    expect(refusal(read('include none.conf\n', { load }))).toContain(
      "can't open config file 'none.conf': No such file",
    );
  });

  it('in a loop ends', () => {
    expect(refusal(read('include loop.conf\n', { load }))).toContain('is this a loop?');
    const wide: Load = () =>
      Array.from({ length: 40 }, () => ({ path: 'w', bytes: Buffer.from('include w*\ninclude w*\n') }));
    expect(refusal(read('include w*\n', { load: wide, keepGoing: true }))).toContain('is this a loop?');
  });

  it('that nobody can load is said, and the reading is not complete', () => {
    const reading = read('include a.conf\n');
    expect(reading).toMatchObject({ complete: false, refused: undefined });
    expect(reading.problems[0]).toMatchObject({ fatal: false, line: 1 });
  });

  it('is relative to the folder that a dir line before it chose', () => {
    const asked: string[] = [];
    read('include a\ndir /data\ninclude b\n', {
      load: (pattern) => (asked.push(pattern), []),
      keepGoing: true,
    });
    expect(asked).toEqual(['a', '/data/b']);
  });
});

describe('the text that the server sees', () => {
  it('loses what follows a NUL, the line break too', () => {
    const reading = read('port 1\n\0requirepass x\nmaxclients 77\n');
    expect(reading.settings.get('maxclients')).toBe('77');
    expect(reading.settings.get('requirepass')).toBe('');
    const joined = read('port 1\0\ntimeout x\n');
    expect(joined.refused).toMatchObject({ line: 1, reported: 1, reason: 'wrong number of arguments' });
    expect(read('# a\0b\nport x\n\nport y\n').refused).toMatchObject({ line: 4, reported: 3 });
  });

  it('keeps a long line whole', () => {
    const secret = 'a'.repeat(5000);
    expect(read(`requirepass ${secret}\n`).settings.get('requirepass')).toBe(secret);
  });

  it('begins with the byte order mark', () => {
    expect(refusal(read('\ufeffport 1\n'))).toBe(`redis.conf:1 ${bad}`);
    expect(refusal(read('\ufeff# comment\n'))).toBe(`redis.conf:1 ${bad}`);
  });
});

describe('other statements', () => {
  it('users are kept in order, and checked', () => {
    const reading = read('user alice on >pw ~a:* &* +@read\nrequirepass x\nuser "b b" off\n');
    expect(reading.users).toEqual([
      { file: 'redis.conf', line: 1, name: 'alice', rules: ['on', '>pw', '~a:*', '&*', '+@read'] },
      { file: 'redis.conf', line: 3, name: 'b b', rules: ['off'] },
    ]);
    expect(reading.refused).toMatchObject({
      stage: 'start',
      line: 3,
      reason: 'Spaces not allowed in ACL usernames',
    });
    expect(refusal(read('user a on\nuser a off\n'))).toContain('Duplicate user');
    expect(read('user a on\nuser a off\n', { version: '6.0.16' }).refused).toBeUndefined();
  });

  it.each([
    ['user a xyz', 'Syntax error'],
    ['user a &x', undefined],
    ['user a allchannels &x', 'allchannels'],
    ['user a allkeys ~x', 'allkeys'],
    ['user a %R~x (%W~y +set)', undefined],
    ['user a (~x', 'parenthesis'],
    ['user a (on)', 'Syntax error'],
    ['user a +nosuch +@nosuch', undefined],
    ['user a +config|get|x', 'first-arg'],
    ['user a #abc', '64 characters'],
    ['user a <x', 'does not exist'],
    ['user a >x <x', undefined],
    ['user a db=0', 'Syntax error'],
  ])('%s', (line, reason) => {
    const seen = read(`${line}\n`).refused?.reason;
    if (reason === undefined) expect(seen).toBeUndefined();
    else expect(seen).toContain(reason);
  });

  it('an ACL file and users here do not go together', () => {
    expect(read('aclfile /a\nuser b on\n').refused).toMatchObject({ stage: 'start', line: 1 });
  });

  it('commands are renamed one after the other', () => {
    const reading = read(
      'rename-command get tmp\nrename-command SET GET\nrename-command tmp set\nrename-command FLUSHALL ""\n',
    );
    expect(reading.refused).toBeUndefined();
    expect(reading.renames.map(({ command, to }) => `${command}>${to}`)).toEqual([
      'get>tmp',
      'SET>GET',
      'tmp>set',
      'FLUSHALL>',
    ]);
    expect(refusal(read('rename-command GET set\n'))).toContain('Target command name already exists');
    expect(refusal(read('rename-command NOSUCH x\n'))).toContain('No such command');
  });

  it('a cluster node is no replica', () => {
    const text = 'cluster-enabled yes\nreplicaof a 1\ntimeout 1\n';
    expect(read(text).refused).toMatchObject({ line: 2, reported: undefined });
    expect(read(text, { version: '6.0.16' }).refused).toMatchObject({ line: 2, reported: 2 });
    expect(read('cluster-enabled yes\n', { version: '8.6.3' }).settings.get('databases')).toBe('1');
  });

  it('what is appended on the command line comes last', () => {
    const reading = read('port 1', { appended: Buffer.from('port 2\nnonsense') });
    expect(reading.settings.get('port')).toBe('2');
    expect(reading.refused).toMatchObject({ file: '(command line)', reported: 3 });
  });
});

describe('Sentinel', () => {
  const sentinel = true;
  const text =
    'sentinel auth-pass m secret\nsentinel monitor m 10.0.0.1 6379 2\nsentinel announce-ip 1.2.3.4\n';
  it('reads its lines in any order since 6.2', () => {
    const reading = read(text, { sentinel });
    expect(reading.refused).toBeUndefined();
    expect(reading.sentinel?.primaries[0]).toMatchObject({
      name: 'm',
      host: '10.0.0.1',
      port: 6379,
      quorum: 2,
    });
    expect(reading.sentinel?.primaries[0]?.settings.get('auth-pass')).toBe('secret');
    expect(reading.sentinel?.settings.get('announce-ip')).toBe('1.2.3.4');
    expect(refusal(read(text, { sentinel, version: '6.0.16' }))).toContain('redis.conf:1 No such master');
  });
  it.each([
    ['sentinel monitor m db.example 6379 2', "Can't resolve instance hostname."],
    ['sentinel resolve-hostnames yes\nsentinel monitor m db.example 6379 2', undefined],
    ['sentinel monitor m 1.2.3.4 6379 0', 'Quorum must be 1 or greater.'],
    ['sentinel monitor m 1.2.3.4 99999 1', 'Invalid port number.'],
    ['sentinel nonsense', 'Unrecognized sentinel configuration statement.'],
    ['sentinel down-after-milliseconds m 1', 'No such master with specified name.'],
    ['sentinel myid abc', 'Malformed Sentinel id in myid option.'],
    ['sentinel', undefined],
  ])('%s', (line, reason) => {
    expect(read(`${line}\n`, { sentinel }).refused?.reason).toBe(reason);
  });
  it('is not another server', () => {
    expect(refusal(read(text))).toContain('sentinel directive while not in sentinel mode');
  });
});

it('never throws, on anything, for any version', () => {
  const word = fc.constantFrom(
    'port',
    'save',
    'bind',
    'user',
    'include',
    'sentinel',
    'rename-command',
    'maxmemory',
    'client-output-buffer-limit',
    'a.b',
    '"',
    "'",
    '\0',
    '1gb',
    '50%',
    ' ',
    '\n',
    '\n',
    'é',
    '-1',
    'monitor',
    '(',
    ')',
    '9'.repeat(50),
  );
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.array(word, { maxLength: 40 }).map((words) => Buffer.from(words.join(' '))),
  );
  const version = fc.constantFrom('2.4.5', '2.8.24', '4.0.14', '6.0.16', '7.0.15', '8.6.3', '9.1.2', '', 'x');
  fc.assert(
    fc.property(
      text,
      version,
      fc.constantFrom('redis', 'valkey', 'keydb'),
      fc.boolean(),
      (bytes, at, product, flag) => {
        const reading = read(bytes, {
          version: at,
          product,
          sentinel: flag,
          keepGoing: flag,
          load: (_, from) => [{ path: from, bytes }],
        });
        expect(reading.settings.size).toBeGreaterThan(20);
      },
    ),
    { numRuns },
  );
});
