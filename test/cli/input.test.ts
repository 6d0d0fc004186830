import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyward, keywards, program, type Ran } from './keyward.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyward-input-'));
const at = (name: string): string => join(folder, name);

// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Whatever went wrong: it is said in a sentence, with no stack and nothing that repaints a terminal. */
function expectClear({ out, err }: Ran): void {
  expect(`${out}${err}`).not.toMatch(/\n\s+at |node:internal|fault of Keyward|undefined|\[object/);
  expect(control.exec(`${out}${err}`)).toBeNull();
}

function expectRefusal(ran: Ran, words: RegExp): void {
  expect(ran.err).toMatch(words);
  expect(ran.code).toBe(2);
  expectClear(ran);
  // One sentence and perhaps a hint, no essay.
  expect(ran.err.trim().split('\n').length).toBeLessThanOrEqual(4);
}

beforeAll(() => {
  writeFileSync(at('huge.conf'), 'port 6379\n');
  truncateSync(at('huge.conf'), 1 << 30);
  writeFileSync(at('huge.json'), '{');
  truncateSync(at('huge.json'), 1 << 30);
  symlinkSync(at('loop-b.conf'), at('loop-a.conf'));
  symlinkSync(at('loop-a.conf'), at('loop-b.conf'));
  writeFileSync(at('own.conf'), `port 6379\ninclude ${at('own.conf')}\n`);
  writeFileSync(at('left.conf'), `include ${at('right.conf')}\nport 6379\n`);
  writeFileSync(at('right.conf'), `include ${at('left.conf')}\n`);
  writeFileSync(at('many.conf'), `include ${at('many.conf')}\n`.repeat(5000));
  writeFileSync(at('zero-inside.conf'), 'include /dev/zero\nport 6379\n');
  writeFileSync(at('bomb.conf'), `include ${at('huge.conf')}\nport 6379\n`);
  mkdirSync(at('folder.conf'));
  mkdirSync(at('folder.json'));
  spawnSync('mkfifo', [at('pipe.conf'), at('pipe.json')]);
  symlinkSync('/dev/zero', at('zero.conf'));
  symlinkSync('/dev/zero', at('zero.json'));
  const bytes = new Uint8Array(200_000);
  let state = 7;
  for (let index = 0; index < bytes.length; index++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    bytes[index] = state >> 16;
  }
  writeFileSync(at('garbage.conf'), bytes);
  writeFileSync(at('garbage.json'), bytes);
  writeFileSync(
    at('escapes.conf'),
    'port 6379\nlogfile "\\x1b]0;owned\\x07/tmp/\\x1b[2J"\ndbfilename "a\\x1b[31mb.rdb"\n\u001b[31mnonsense\u001b[0m yes\nmasteruser "\\x1b[8m"\n',
  );
  writeFileSync(at('one-line.conf'), `requirepass ${'x'.repeat(5_000_000)}\n`);
  writeFileSync(at('empty.conf'), '');
  writeFileSync(at('secret.conf'), 'port 6379\n', { mode: 0o600 });
  for (const [name, facts] of [
    ['no-facts', {}],
    ['null-facts', null],
    ['half-facts', { info: { known: true, value: [], source: 'INFO' } }],
    ['wrong-facts', { info: 7, config: { known: true, value: null }, conf: { known: true } }],
  ] as const)
    writeFileSync(
      at(`${name}.json`),
      JSON.stringify({
        schema: 'keyward.snapshot/1',
        version: '0.1.0',
        evidence: [
          {
            schema: 'keyward.evidence/1',
            target: { kind: 'tcp', host: 'x', port: 1, tls: false },
            collectedAt: '2026-01-01T00:00:00Z',
            facts,
          },
        ],
      }),
    );
});
afterAll(() => rmSync(folder, { recursive: true }));

const none: readonly (readonly [string, RegExp])[] = [
  ['huge.conf', /no more than \d+ are read/],
  ['loop-a.conf', /loop/],
  ['folder.conf', /is not a file/],
  ['pipe.conf', /is not a file/],
  ['zero.conf', /is not a file/],
  ['missing.conf', /no such file/],
  ['huge.json', /larger than any snapshot/],
  ['folder.json', /is not a file/],
  ['pipe.json', /is not a file/],
  ['zero.json', /is not a file/],
  ['garbage.json', /no JSON/],
  ['missing.json', /cannot be read/],
  ['no-facts.json', /no snapshot/],
  ['null-facts.json', /no snapshot/],
  ['wrong-facts.json', /no snapshot.*\/facts\/info must be an object/],
  ['half-facts.json', /no snapshot.*\/facts\/info\/value must be an object/],
  ['/dev/zero', /is not a file/],
  ['/dev/stdin', /is not a file/],
  ['/proc/self/mem', /E[A-Z]+/],
  ['/', /is not a file/],
];

describe('a file that is none', () => {
  let ran: readonly Ran[] = [];
  beforeAll(async () => {
    ran = await keywards(
      none.map(([name]) => ['audit', name.startsWith('/') ? name : at(name), '--no-host']),
    );
  });

  it.each(none.map(([name, words], index) => [name, words, index] as const))(
    '%s is refused in a sentence',
    (_, words, index) => {
      const one = ran[index];
      if (!one) throw new Error('it did not run');
      expectRefusal(one, words);
    },
  );

  it('ends the program with 2', async () => {
    expectRefusal(await keyward(['audit', at('pipe.conf'), '--no-host']), /is not a file/);
  });
});

describe('a file that is hostile', () => {
  const names = [
    'own.conf',
    'left.conf',
    'many.conf',
    'zero-inside.conf',
    'bomb.conf',
    'garbage.conf',
    'escapes.conf',
    'one-line.conf',
    'empty.conf',
  ];

  it('is audited, in bounded time and memory, with nothing that acts on a terminal', async () => {
    const ran = await keyward(['audit', ...names.map(at), '--no-host', '-v'], {
      // Node's own default on a small machine; each file alone needs far less.
      env: { NODE_OPTIONS: '--max-old-space-size=500' },
    });
    expect(ran.err).toBe('');
    expect([0, 1]).toContain(ran.code);
    expectClear(ran);
    for (const name of names) expect(ran.out).toContain(name);
  });

  it('that includes itself says so', async () => {
    const { out } = await keyward(['audit', at('own.conf'), '--no-host', '-f', 'json']);
    expect(out).toMatch(/include/i);
  });
});

const canDrop =
  process.getuid?.() === 0 &&
  existsSync('/usr/bin/setpriv') &&
  // Nobody must be able to read our own sources and Node.
  spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', ...program, '--version'])
    .status === 0;

describe.skipIf(!canDrop)('another user', () => {
  const within = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

  it('is told that the file may not be read', async () => {
    chmodSync(folder, 0o755);
    expectRefusal(await keyward(['audit', at('secret.conf')], { within }), /secret\.conf.*EACCES|permission/);
  });

  it('is told that nothing may be written there', async () => {
    const ran = await keyward(['audit', at('empty.conf'), '-o', at('report.txt')], { within });
    expectRefusal(ran, /report\.txt cannot be written \(EACCES\)/);
  });
});

const lines: readonly (readonly [readonly string[], RegExp])[] = [
  [['audit', '--no-such-option'], /unknown option/],
  [['audid'], /unknown command.*[\s\S]*audit/],
  [['audit', '--format', 'pdf'], /html/],
  [['audit', '--fail-on', 'everything'], /critical/],
  [['audit', '--timeout', '0', 'x.conf'], /number of seconds from 0\.001 on/],
  [['audit', '--timeout', '1e9', 'x.conf'], /No more than 3600 seconds/],
  [['audit', '--timeout', 'soon', 'x.conf'], /number/],
  [['audit', '--concurrency', '-1', 'x.conf'], /above 0/],
  [['audit', '--rename', 'CONFIG', 'x.conf'], /ORIGINAL=new-name/],
  [['audit', 'redis://127.0.0.1:0'], /is no port/],
  [['audit', 'redis://127.0.0.1:65536'], /is no port/],
  [['audit', '127.0.0.1:port'], /is no port/],
  [['audit', 'http://127.0.0.1'], /not a scheme/],
  [['audit', 'redis://'], /names no host/],
  [['audit', 'redis://256.1.1.1'], /is no host/],
  [['audit', 'unix://relative'], /absolute path/],
  [['audit', 'redis://u:p%zz@127.0.0.1'], /percent-encoded/],
  [['audit', 'redis://a\u001b[31mb'], /is no host/],
  [['audit', '\u001b]0;owned\u0007.conf'], /no such file/],
  [['audit', 'redis://no-such-host.invalid'], /cannot be resolved/],
  [['audit', 'redis://8.8.8.8'], /--allow-public/],
  [['audit', 'redis://127.0.0.1:1'], /nothing listens/],
  [['audit', `unix://${at('no.sock')}`], /no such socket/],
  [['audit', '--ask-password', 'redis://127.0.0.1:1'], /needs a terminal/],
  [['audit', '--password-file', at('nowhere'), 'redis://127.0.0.1:1'], /cannot be read/],
  [['audit', '--password-file', folder, 'redis://127.0.0.1:1'], /cannot be read/],
  [['audit', '--password-env', 'KW_NOT_SET', 'redis://127.0.0.1:1'], /is not set/],
  [['audit', 'rediss://127.0.0.1:1', '--tls-ca', at('nowhere')], /--tls-ca.*no such file/],
  [['audit', 'rediss://127.0.0.1:1', '--tls-ca', '/dev/zero'], /--tls-ca.*is not a file/],
  [['audit', 'rediss://127.0.0.1:1', '--tls-cert', at('own.conf')], /--tls-key/],
  [['audit', 'rediss://127.0.0.1:1', '--tls-cert', at('own.conf'), '--tls-key', at('own.conf')], /PEM/],
  [['audit', at('own.conf'), '-o', at('no/such/folder/report.html')], /cannot be written \(ENOENT\)/],
  [['audit', at('own.conf'), '--save', folder], /cannot be written \(EISDIR\)/],
  [['explain', 'no-such-check'], /there is no check/],
];

describe('a command line that cannot be', () => {
  let ran: readonly Ran[] = [];
  beforeAll(async () => {
    ran = await keywards(lines.map(([args]) => [...args, ...(args[0] === 'audit' ? ['--no-host'] : [])]));
  });

  it.each(lines.map(([args, words], index) => [args, words, index] as const))(
    '%j is refused in a sentence',
    (_, words, index) => {
      const one = ran[index];
      if (!one) throw new Error('it did not run');
      expectRefusal(one, words);
    },
  );

  it('ends the program with 2', async () => {
    expectRefusal(await keyward(['audit', '--format', 'pdf']), /html/);
  });

  it('with a password in it does not repeat it', async () => {
    const bad = ['redis://u:CANARY@h@st', 'redis://u:CANARY%zz@host', 'redis://u:CANARY@256.256.256.256:x'];
    for (const one of await keywards(bad.map((target) => ['audit', target]))) {
      expect(one.code).toBe(2);
      expect(one.err).not.toContain('CANARY');
    }
  });

  it('takes a password from a device without end as its beginning', async () => {
    const ran = await keyward(['audit', '--password-file', '/dev/zero', 'redis://127.0.0.1:1', '--no-host']);
    expectRefusal(ran, /nothing listens/);
  });

  it('without a word shows what there is', async () => {
    const ran = await keyward([]);
    expect(`${ran.out}${ran.err}`).toMatch(/audit[\s\S]*explain[\s\S]*lab/);
    expect([0, 2]).toContain(ran.code);
  });
});
