/**
 * Generated configuration files, given to real servers and to our reading: a server that starts must print our
 * settings for CONFIG GET, a server that refuses must refuse the same line. Each case has a folder, a unix socket and
 * no port of its own. Servers are those of `npm run servers`; without any, this is skipped loudly.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  decodeText,
  directiveTable,
  readConf,
  type ConfReading,
  type Directive,
  type Load,
  type ConfProduct,
} from '../../src/lang/conf/index.ts';
import { createDecoder, encodeCommand } from '../../src/lang/resp/index.ts';

const folder = process.env['KEYWARD_SERVERS'] ?? join(import.meta.dirname, '../../.cache/servers');
const deep = process.env['KEYWARD_DEEP'] !== undefined;
const runs = deep ? 600 : 25;
// The same cases every day; new ones when looking for trouble.
const chosen = deep ? {} : { seed: 7 };

interface Server {
  readonly name: string;
  readonly path: string;
  readonly product: ConfProduct;
  readonly version: string;
}

const servers = (existsSync(folder) ? readdirSync(folder) : []).flatMap((name): Server[] => {
  const path = join(folder, name, 'server');
  if (!existsSync(path)) return [];
  const said = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout;
  const [, brand, version] = /(Redis|Valkey|KeyDB) server v=(\S+)/.exec(said) ?? [];
  return brand && version ? [{ name, path, product: brand.toLowerCase() as ConfProduct, version }] : [];
});
if (servers.length === 0) console.warn('SKIPPED: no server in .cache/servers, no configuration was tried');

/** What must not be tried: it would stop, harm, slow down or leave the machine, or needs what is not here. */
const untried =
  /^(?:port|dir|unixsocket.*|daemonize|supervised|logfile|aclfile|databases|cluster-databases|cluster-enabled|requirepass|maxclients|tls-(?:port|cluster|replication)|watchdog-period|io-threads|rdma-.*|locale-collate|rename-command|include|loadmodule|user|sentinel|appendonly|replicaof|slaveof|.*-cpulist|.*_cpulist|syslog-.*|always-show-logo|debug-context|server-threads|rdb-key-save-delay|key-load-delay|hash-seed|maxmemory|maxmemory-clients|mptcp|crash-.*|oom-score-adj|bind-source-addr|client-query-buffer-limit|proto-max-bulk-len|vset-.*)$/;

const numbers = [
  '0',
  '1',
  '-1',
  '10',
  '007',
  '+5',
  ' 5',
  '5 ',
  '0x10',
  '',
  '2147483647',
  '2147483648',
  '4294967295',
];
const memories = [
  '1k',
  '1kb',
  '2M',
  '3mB',
  '1gb',
  '10b',
  '1g',
  '5%',
  '1 gb',
  'kb',
  '1tb',
  '9223372036854775807',
  '18446744073709551615',
  '99999999999999999999',
];
const texts = [
  'a',
  'a b',
  '',
  'é',
  '"',
  "it's",
  'x\ty',
  'a/b',
  '#x',
  '{title} {port}',
  '{x}',
  '127.0.0.1',
  '::1',
  'host-1.example',
  'a:b',
];

/** Text as it may stand in a file: as it is, or in one kind of quotes or the other, not always rightly. */
const written = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text,
    text,
    `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    `'${text.replaceAll("'", "\\'")}'`,
    `"\\x${Buffer.from(text || 'z')
      .toString('hex')
      .slice(0, 2)}${text.slice(1)}"`,
  );

function valueOf({ type }: Directive): fc.Arbitrary<string> {
  const cased = (word: string): fc.Arbitrary<string> => fc.constantFrom(word, word.toUpperCase(), `${word}x`);
  switch (type.kind) {
    case 'boolean':
      return fc.constantFrom('yes', 'no').chain(cased).chain(written);
    case 'enum':
      return fc
        .array(fc.constantFrom(...type.values), { minLength: 1, maxLength: type.combines ? 3 : 1 })
        .map((words) => words.join(' '))
        .chain((text) => fc.constantFrom(text, text, text.toUpperCase(), 'other'));
    case 'integer': {
      const near = [type.min, type.min - 1n, type.max, type.max + 1n, type.min + 1n].map(String);
      return fc.constantFrom(...near, ...numbers).chain(written);
    }
    case 'octal':
      return fc.constantFrom('700', '777', '1000', '8', '0777', ' 7').chain(written);
    case 'memory':
      return fc.constantFrom(String(type.min), String(type.max), ...memories, ...numbers).chain(written);
    case 'list':
      return fc
        .array(fc.constantFrom('127.0.0.1', '::1', '-::1', '*', '-127.0.0.2'), { maxLength: 4 })
        .map((words) => words.join(' '))
        .chain(written);
    case 'ignored':
    case 'special':
    case 'statement':
    case 'string':
      return fc.constantFrom(...texts).chain(written);
  }
}

const special: Readonly<Record<string, readonly string[]>> = {
  save: [
    '900 1',
    '900 1 300 10',
    '""',
    '',
    '900',
    '60 -1',
    '0 1',
    '"60 1"',
    '60 5000000000',
    'a b',
    '60 1 ""',
  ],
  'client-output-buffer-limit': [
    'normal 0 0 0',
    'slave 1mb 1k 60',
    'replica 1 2 3 pubsub 4 5 6',
    'master 0 0 0',
    'pubsub 1 2',
    'PUBSUB 1 2 3',
    '"normal 0 0 9"',
    'normal -1 0 0',
    'normal 0 0 x',
  ],
  'oom-score-adj-values': ['0 200 800', '1 2', '-2000 0 2000', '0 0 2001', '"1 2 3"', 'a b c'],
  'notify-keyspace-events': ['KEA', 'Ex', '""', 'gxeK', 'KEm', 'Kz?', 'AKEn', 'ngx', 'oc', 'd', 't'],
  'latency-tracking-info-percentiles': [
    '50 99 99.9',
    '""',
    '',
    '101',
    '-1',
    '0.5',
    '1e1',
    'x',
    '"50 99"',
    '99.9999999',
  ],
  'proc-title-template': [
    '{title}',
    '"{title} {listen-addr} {server-mode} {port} {tls-port} {unixsocket} {config-file}"',
    '{x}',
    '""',
    'plain',
    '"{title"',
  ],
  'shutdown-on-sigint': ['default', 'save force', 'nosave now', 'save nosave', '"now force"', ''],
};

/** Lines that most servers take, and now and then one that they do not. */
function lineOf(names: readonly Directive[]): fc.Arbitrary<string> {
  const directive = fc.constantFrom(...names).chain((one) => {
    const values = special[one.name];
    const value = values ? fc.constantFrom(...values) : valueOf(one);
    const fine =
      one.default === undefined || one.default.includes(' ') ? value : fc.constant(one.default || '""');
    return fc
      .tuple(
        fc.constantFrom(one.name, one.name, one.name.toUpperCase(), `"${one.name}"`),
        fc.oneof({ weight: 3, arbitrary: fine }, value),
      )
      .map(([name, text]) => `${name} ${text}`);
  });
  const others = fc.constantFrom(
    '',
    '   ',
    '# comment',
    '\t# port "',
    'port 0 # not a comment',
    'nonsense',
    'nonsense 1',
    'a.b 1',
    'list-max-ziplist-entries 5',
    'lua-replicate-commands yes',
    'include sub/*.conf',
    'include sub/one.conf',
    'include sub/none.conf',
    'include "sub/nothing*.conf"',
    'rename-command GET get2',
    'rename-command nosuch x',
    'rename-command FLUSHALL ""',
    'rename-command GET set',
    'user a on >p ~* +@all',
    'user b off',
    'user a off',
    'user c xyz',
    'user d (~a +get)',
    'user e &x',
    'user f %R~x',
    'sentinel monitor m 127.0.0.1 1 1',
    'maxmemory 100mb',
    'maxmemory-clients 5%',
    'maxmemory-clients 101%',
    'dir sub',
    'dir nowhere',
    'unixsocketperm 700',
    'requirepass "a',
    'replicaof no one',
    'slaveof no one',
    'replicaof 127.0.0.1 70000',
    'dbfilename "x"y',
    'databases 4',
    'databases 0',
    'hz 1000',
    'io-threads 0',
  );
  return fc.oneof({ weight: 8, arbitrary: directive }, { weight: 1, arbitrary: others });
}

const fileOf = (names: readonly Directive[]): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.tuple(lineOf(names), fc.constantFrom('\n', '\n', '\n', '\r\n', ' \n', '\n\n')), {
      maxLength: 9,
    })
    .chain((lines) =>
      fc.tuple(fc.constant(lines.map((line) => line.join('')).join('')), fc.integer({ min: 0, max: 12 })),
    )
    .map(([text, odd]) =>
      Buffer.from(
        odd === 0
          ? text.replace('\n', '\0x\n')
          : odd === 1
            ? text.trimEnd()
            : odd === 2
              ? `\ufeff${text}`
              : text,
      ),
    );

/** A fresh folder for each case: what a server leaves behind must not meet the next one. */
let work = '';
function freshFolder(): void {
  rmSync(work || join(tmpdir(), 'conf-none'), { recursive: true, force: true });
  work = mkdtempSync(join(tmpdir(), 'conf-'));
  mkdirSync(join(work, 'sub'));
  writeFileSync(join(work, 'sub/one.conf'), 'timeout 7\nmaxmemory-samples 3');
  writeFileSync(join(work, 'sub/two.conf'), '# two\ntcp-keepalive 9\n');
}
afterAll(() => rmSync(work || join(tmpdir(), 'conf-none'), { recursive: true, force: true }));

const load: Load = (pattern, _from, glob) => {
  const found = pattern.includes('/sub/sub/') ? [] : ['sub/one.conf', 'sub/two.conf'];
  const paths = glob ? (pattern.endsWith('sub/*.conf') ? found : []) : [pattern];
  const missing = paths.find((path) => !existsSync(resolve(work, path)));
  if (missing !== undefined) return { problem: 'No such file or directory' };
  return paths.map((path) => ({ path, bytes: readFileSync(resolve(work, path)) }));
};

type Seen =
  | { readonly is: 'running'; readonly settings: ReadonlyMap<string, string> }
  | { readonly is: 'refused'; readonly line: number | undefined; readonly reason: string }
  | { readonly is: 'stopped'; readonly said: string };

async function run(
  server: Server,
  bytes: Uint8Array,
  names: readonly string[],
  more: readonly string[] = [],
): Promise<Seen> {
  const socket = join(work, 's');
  writeFileSync(join(work, 'case.conf'), bytes);
  const args = [
    'case.conf',
    ...more,
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--logfile',
    '',
    '--daemonize',
    'no',
  ];
  const child = spawn(server.path, args, { cwd: work });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (said += data.toString('latin1')));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let over = false;
  const isOver = (): boolean => over;
  void ended.then(() => (over = true));
  try {
    // The socket is there a moment before the server listens on it.
    for (let i = 0; i < 1000 && !isOver(); i++) {
      const settings = existsSync(socket) ? await configOf(socket, names) : undefined;
      if (settings) return { is: 'running', settings };
      await sleep(3);
    }
    await Promise.race([ended, sleep(3000)]);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  const refused =
    /FATAL CONFIG FILE ERROR[^\n]*\n(?:Reading the configuration file, at line (\d+)\n>>> '[^\n]*\n)?([^\n]*)/.exec(
      said,
    );
  if (!refused)
    return {
      is: 'stopped',
      said: said
        .split('\n')
        .filter((line) => !line.includes('WARNING'))
        .slice(-4)
        .join(' | '),
    };
  return {
    is: 'refused',
    line: refused[1] === undefined ? undefined : Number(refused[1]),
    reason: refused[2] ?? '',
  };
}

/** `CONFIG GET` of every name, hidden ones too; undefined where the server went away. */
async function configOf(
  path: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const socket = connect(path);
  const decoder = createDecoder({ strings: 'buffer' });
  const settings = new Map<string, string>();
  let answers = 0;
  return new Promise((resolve) => {
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('error', () => resolve(undefined)).on('close', () => resolve(undefined));
    socket.on('data', (data: Buffer) => {
      decoder.push(data);
      for (let value = decoder.next(); value !== undefined; value = decoder.next()) {
        const items = Array.isArray(value) ? (value as readonly unknown[]) : [];
        const words = items.map((item) => (item instanceof Uint8Array ? decodeText(item) : ''));
        for (let i = 0; i + 1 < words.length; i += 2) settings.set(words[i] ?? '', words[i + 1] ?? '');
        if (++answers === names.length) resolve(settings);
      }
      if (answers === names.length) socket.destroy();
    });
    socket.write(Buffer.concat(names.map((name) => encodeCommand(['CONFIG', 'GET', name]))));
  });
}

const appended = (): Uint8Array =>
  Buffer.from(`port 0\nunixsocket ${join(work, 's')}\nlogfile ""\ndaemonize no\n`);

function read(server: Server, bytes: Uint8Array, sentinel = false): ConfReading {
  return readConf([{ path: 'case.conf', bytes }], {
    product: server.product,
    version: server.version,
    sentinel,
    load,
    appended: appended(),
    host: {
      workingFolder: work,
      folder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
      defragments: false,
      executable: () => false,
      resolves: () => false,
    },
  });
}

// What differs by nature: the server works these out by itself.
const ownWork = new Set([
  'dir',
  'unixsocket',
  'pidfile',
  'maxclients',
  'port',
  'hash-seed',
  'oom-score-adj',
  'logfile',
]);

function compare(seen: Seen, reading: ConfReading): string | undefined {
  const { refused, settings } = reading;
  if (seen.is === 'refused') {
    if (refused?.stage !== 'read') return `the server refuses line ${seen.line}: ${seen.reason}; we do not`;
    return refused.reported === seen.line
      ? undefined
      : `line ${seen.line}: ${seen.reason}; ours is line ${refused.reported}: ${refused.reason}`;
  }
  if (seen.is === 'stopped') return refused ? undefined : `the server stops: ${seen.said}`;
  if (refused) return `the server starts; we say line ${refused.reported}: ${refused.reason}`;
  const wrong = [...seen.settings].filter(
    ([name, value]) => !ownWork.has(name) && settings.get(name) !== value,
  );
  return wrong.length === 0
    ? undefined
    : wrong
        .map(
          ([name, value]) =>
            `${name} is ${JSON.stringify(value)}, ours ${JSON.stringify(settings.get(name))}`,
        )
        .join('; ');
}

// ---- single lines that servers refuse while they read ----

const rules = [
  'on',
  'off',
  'nopass',
  'resetpass',
  'reset',
  'allkeys',
  'resetkeys',
  'allchannels',
  'resetchannels',
  'clearselectors',
  'sanitize-payload',
  'alldbs',
  'db=1',
  'db=',
  'ALLKEYS',
  '>a',
  '<a',
  '>',
  `#${'a'.repeat(64)}`,
  '#x',
  `!${'a'.repeat(64)}`,
  '~*',
  '~a',
  '~',
  '&*',
  '&a',
  '%R~a',
  '%RW~*',
  '%~a',
  '%R',
  '+@all',
  '+@x',
  '+get',
  '-get|x',
  '+config|get',
  '+config|',
  '+a|b|c',
  '-config|a|b',
  '+|',
  '+',
  '(',
  '()',
  '(+get)',
  '(~a',
  '+get)',
  '(on)',
  '(~* ~a)',
  '(allchannels &a)',
  'x',
  '"~a b"',
  '"(~a b)"',
  '""',
];
const userLine = fc
  .tuple(fc.constantFrom('a', 'b', 'A'), fc.array(fc.constantFrom(...rules), { maxLength: 5 }))
  .map(([name, words]) => `user ${name} ${words.join(' ')}`);
const renameLine = fc
  .tuple(
    fc.constantFrom('get', 'GET', 'set', 'tmp', 'nosuch', '""'),
    fc.constantFrom('get', 'SET', 'tmp', '""', '"x y"'),
  )
  .map(([from, to]) => `rename-command ${from} ${to}`);
const quotedLine = fc
  .array(fc.constantFrom('"', "'", 'a', 'b', ' ', '\\', '\\"', "\\'", '\\x41', '\\n', '\t', '\v', 'é'), {
    maxLength: 9,
  })
  .map((parts) => `dbfilename ${parts.join('')}`);
const sentinelLine = fc
  .oneof(
    fc
      .tuple(
        fc.constantFrom('m', 'n'),
        fc.constantFrom('1.2.3.4', '::1', 'host.invalid', '127.1', '256.1.1.1', '""'),
        fc.constantFrom('6379', '0', '-1', '65536', 'x'),
        fc.constantFrom('1', '0', 'x'),
      )
      .map((words) => `monitor ${words.join(' ')}`),
    fc
      .tuple(
        fc.constantFrom(
          'down-after-milliseconds',
          'failover-timeout',
          'parallel-syncs',
          'notification-script',
          'auth-pass',
          'auth-user',
          'config-epoch',
          'master-reboot-down-after-period',
          'primary-reboot-down-after-period',
          'can-failover',
        ),
        fc.constantFrom('m', 'o'),
        fc.constantFrom('1', '0', '-1', 'x'),
      )
      .map((words) => words.join(' ')),
    fc
      .tuple(
        fc.constantFrom('known-slave', 'known-replica', 'known-sentinel'),
        fc.constantFrom('m'),
        fc.constantFrom('1.2.3.4', 'host.invalid'),
        fc.constantFrom('1', '99999'),
        fc.constantFrom('', 'b'),
      )
      .map((words) => words.join(' ')),
    fc
      .tuple(
        fc.constantFrom(
          'announce-ip',
          'deny-scripts-reconfig',
          'sentinel-pass',
          'myid',
          'resolve-hostnames',
          'foo',
        ),
        fc.constantFrom('1.2.3.4', 'yes', 'NO', '""', 'a'.repeat(40)),
      )
      .map((words) => words.join(' ')),
    fc.constantFrom('monitor m', '', 'rename-command m A b', 'rename-command m a c'),
  )
  .map((text) => `sentinel ${text}`);

/** Line and reason of the refusal, its accidental words left out. */
const plain = (line: number | undefined, reason: string): string =>
  `${line} ${reason}`
    .replace(/(user declaration) '.*?':/, '$1:')
    .replace(
      /(?:Unknown command or category name in ACL|Wrong format|Unmatched parenthesis in a selector)$/,
      'parenthesis',
    );

async function refusals(
  server: Server,
  lines: fc.Arbitrary<readonly string[]>,
  sentinel: boolean,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(lines, async (given) => {
      // In the end something that every version refuses: no server is to start.
      const bytes = Buffer.from(`${given.join('\n')}\n${sentinel ? 'sentinel nonsense' : 'databases 0'}\n`);
      freshFolder();
      const seen = await run(server, bytes, [], sentinel ? ['--sentinel'] : []);
      const ours = read(server, bytes, sentinel).refused;
      expect(seen.is, seen.is === 'stopped' ? seen.said : '').toBe('refused');
      const line = ours ? plain(ours.reported, ours.reason) : 'nothing';
      // Before 7.0 `databases 0` was refused in other words.
      if (seen.is === 'refused' && !seen.reason.includes('databases'))
        expect(line).toBe(plain(seen.line, seen.reason));
      else if (seen.is === 'refused') expect(ours?.reported).toBe(seen.line);
    }),
    { numRuns: Math.ceil(runs / 3), ...chosen },
  );
}

describe.skipIf(servers.length === 0).each(servers)('lines that $name refuses', (server) => {
  const some = (line: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<readonly string[]> =>
    fc.array(line, { minLength: 1, maxLength });
  it.skipIf(server.version < '6')(
    'users',
    () => refusals(server, some(userLine), false),
    60_000 + runs * 200,
  );
  it('renamed commands', () => refusals(server, some(renameLine), false), 60_000 + runs * 200);
  it('quotes', () => refusals(server, some(quotedLine, 1), false), 60_000 + runs * 200);
  // Before 6.2 a Sentinel asks the network for names.
  it.skipIf(server.version < '6.2')(
    'Sentinel',
    () => refusals(server, some(sentinelLine, 6), true),
    60_000 + runs * 200,
  );
});

describe.skipIf(servers.length === 0).each(servers)(
  'generated configurations on $name ($product $version)',
  (server) => {
    const table = directiveTable(server.product, server.version);
    const known = [...table.values()].filter(
      ({ name, hidden, type }) => !untried.test(name) && !hidden && type.kind !== 'ignored',
    );

    it(
      'are read as the server reads them',
      async () => {
        const counts = { running: 0, refused: 0, stopped: 0 };
        await fc.assert(
          fc.asyncProperty(fileOf(known), async (bytes) => {
            const names = [...table.values()]
              .filter(({ type }) => type.kind !== 'statement')
              .map(({ name }) => name);
            freshFolder();
            const seen = await run(server, bytes, names);
            counts[seen.is]++;
            const wrong = compare(seen, read(server, bytes));
            if (wrong !== undefined) throw new Error(`${wrong}\n${Buffer.from(bytes).toString()}`);
          }),
          { numRuns: runs, ...chosen },
        );
        console.log(
          `${server.name}: ${counts.running} started, ${counts.refused} refused, ${counts.stopped} stopped later`,
        );
        expect(counts.running + counts.refused).toBeGreaterThan(0);
      },
      60_000 + runs * 200,
    );
  },
);
