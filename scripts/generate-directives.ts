/**
 * Writes `src/lang/conf/tables/measured.ts`: what real servers said about their directives.
 *
 *     node scripts/generate-directives.ts
 *
 * Two sources, both optional per version, both facts of running servers:
 * - recorded answers (`CONFIG GET *`, `COMMAND`) in `test/fixtures/transcripts/<server>/`, or KEYWARD_TRANSCRIPTS:
 *   the names, the defaults and the commands of versions that may no longer start anywhere;
 * - servers in `.cache/servers/<name>/server`, or KEYWARD_SERVERS: each directive is given wrong values in a
 *   throw-away configuration, and the refusal names its kind, its values and its range; a throw-away server in an
 *   empty folder, reachable by a unix socket only, says which can be set at runtime.
 *
 * Rows that a server taught earlier are kept where that server is absent now. What no server tells (secrets,
 * aliases, the specials) is in `src/lang/conf/facts.ts`, by hand.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as MeasuredTable from '../src/lang/conf/tables/measured.ts';
import { setTimeout as sleep } from 'node:timers/promises';

type Product = 'redis' | 'valkey' | 'keydb';
interface Measured {
  readonly product: Product;
  readonly version: string;
  readonly defaults: ReadonlyMap<string, string>;
  readonly commands: ReadonlySet<string>;
  readonly facts: ReadonlyMap<string, string>;
}

const root = join(import.meta.dirname, '..');
const transcripts = process.env['KEYWARD_TRANSCRIPTS'] ?? join(root, 'test/fixtures/transcripts');
const servers = process.env['KEYWARD_SERVERS'] ?? join(root, '.cache/servers');
const target = join(root, 'src/lang/conf/tables/measured.ts');

// How the recorded servers were run shows in these; their defaults are by hand.
const ofTheRun = new Set(['port', 'dir', 'bind', 'unixsocket', 'pidfile', 'logfile', 'daemonize', 'save']);

// ---- recorded answers ----

/**
 * The values of a recorded reply: every line break is written out as \\r\\n before the real one. Where a recording
 * hides a name, its length no longer fits, so a string ends where its line ends.
 */
function recordedReply(text: string): unknown {
  return reply(text.replaceAll('\\r\\n\n', '\r\n').replaceAll('\\r\\n', '\r\n'), false);
}

/** One reply of the Redis protocol: strings, numbers and errors as text. */
function reply(bytes: string, byLength = true): unknown {
  let at = 0;
  const line = (): string => {
    const end = bytes.indexOf('\r\n', at);
    const found = end < 0 ? bytes.slice(at) : bytes.slice(at, end);
    at = end < 0 ? bytes.length : end + 2;
    return found;
  };
  const read = (): unknown => {
    const head = line();
    const count = Number(head.slice(1));
    if (head[0] === '*' || head[0] === '~')
      return count < 0 ? undefined : Array.from({ length: count }, read);
    if (head[0] !== '$') return head.slice(1);
    if (count < 0) return undefined;
    if (!byLength) return line();
    const value = bytes.slice(at, at + count);
    at += count + 2;
    return value;
  };
  return read();
}

function recorded(): Measured[] {
  if (!existsSync(transcripts)) return [];
  return readdirSync(transcripts)
    .toSorted()
    .flatMap((folder): Measured[] => {
      const [product, ...rest] = folder.split('-');
      const file = join(transcripts, folder, 'config-get-all.txt');
      if (!existsSync(file) || (product !== 'redis' && product !== 'valkey' && product !== 'keydb'))
        return [];
      const pairs = recordedReply(readFileSync(file, 'latin1')) as unknown[];
      const defaults = new Map<string, string>();
      for (let i = 0; i < pairs.length; i += 2) {
        const [name, value] = [String(pairs[i]), pairs[i + 1]];
        // KeyDB answers an empty array for a list that is empty.
        defaults.set(name, typeof value !== 'string' || ofTheRun.has(name) ? '' : value);
      }
      return [
        {
          product,
          version: rest.join('-'),
          defaults,
          commands: recordedCommands(join(transcripts, folder)),
          facts: new Map(),
        },
      ];
    });
}

/** The names in a reply to COMMAND; since 7.0 each entry ends in its subcommands, `config|get` and so on. */
function commandsIn(reply: unknown): string[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((entry: unknown) =>
    Array.isArray(entry) ? [String(entry[0]).toLowerCase(), ...commandsIn(entry[9])] : [],
  );
}

function recordedCommands(folder: string): ReadonlySet<string> {
  const file = ['command-all.txt', 'command.txt'].map((name) => join(folder, name)).find(existsSync);
  if (!file) return new Set();
  return new Set(commandsIn(recordedReply(readFileSync(file, 'latin1').replace(/^> .*\n/, ''))));
}

// ---- servers that start ----

/** The reason why `server` refuses `line`, or undefined where it accepts it. */
function refusal(server: string, folder: string, line: string): string | undefined {
  const file = join(folder, 'probe.conf');
  writeFileSync(file, `${line}\nport stop\n`, 'latin1');
  const run = spawnSync(server, [file], { cwd: folder, encoding: 'latin1', timeout: 5000 });
  const said = /at line (\d+)\n>>> '[^\n]*'\n([^\n]*)/.exec(run.stdout + run.stderr);
  return said?.[1] === '1' ? said[2] : undefined;
}

/**
 * Whether `server` takes a directive that it does not print: the old ones that it forgives. Redis 8 keeps whatever it
 * does not know for its modules, and complains only when they are loaded.
 */
function takes(server: string, folder: string, name: string): boolean {
  const file = join(folder, 'probe.conf');
  writeFileSync(file, `${name} 1\nno-such-directive 1\n`, 'latin1');
  const run = spawnSync(server, [file], { cwd: folder, encoding: 'latin1', timeout: 5000 });
  const said = run.stdout + run.stderr;
  return !said.includes(`>>> '${name} 1'`) && said.includes(">>> 'no-such-directive 1'");
}

const longMin = '-9223372036854775808';
const longMax = '9223372036854775807';
const unsignedMax = '18446744073709551615';

/** What kind of value `name` takes, in the words that `facts.ts` reads. */
function probe(server: string, folder: string, name: string): string {
  const ask = (value: string): string | undefined => refusal(server, folder, `${name} ${value}`);
  const range = (said: string | undefined): string | undefined => {
    const bounds = /between (-?\d+) and (-?\d+) inclusive/.exec(said ?? '');
    return bounds ? `${bounds[1]}..${bounds[2]}` : undefined;
  };
  const wrong = ask('"\\x01?"');
  if (wrong?.includes("'yes' or 'no'")) return 'boolean';
  const values = /must be one of the following: (.*)$/.exec(wrong ?? '')?.[1]?.split(', ');
  if (values) {
    const first = values[0] ?? '';
    return `${ask(`${first} ${first}`) === undefined ? 'flags' : 'enum'} ${values.join('|')}`;
  }
  if (wrong?.includes('into an integer')) {
    return `integer ${range(ask(longMax)) ?? range(ask(longMin)) ?? `${longMin}..${longMax}`}`;
  }
  if (wrong?.includes('octal')) return `octal ${range(ask('7777777')) ?? '0..7777777'}`;
  if (wrong?.includes('memory or percent')) {
    const most = /less or equal to (\d+)/.exec(ask('1000%') ?? '')?.[1] ?? '100';
    return `percent ${most}`;
  }
  if (wrong?.includes('memory value')) {
    // A few take a negative number too, without a unit.
    if (ask('-1') === undefined) return `signed ${range(ask(longMin)) ?? `${longMin}..${longMax}`}`;
    const both = range(ask(unsignedMax));
    const low = range(ask('0'))?.split('..')[0] ?? '0';
    return `memory ${both ?? `${low}..${unsignedMax}`}`;
  }
  if (wrong === undefined) return ask('""') === undefined ? 'string' : 'string nonempty';
  return `special`;
}

class Client {
  readonly #socket: Socket;
  #seen = Buffer.alloc(0);
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => (this.#seen = Buffer.concat([this.#seen, data])));
  }
  /** Sends every command, and waits for the answer of a last PING, which no other can be taken for. */
  async ask(commands: readonly (readonly string[])[]): Promise<unknown[]> {
    this.#seen = Buffer.alloc(0);
    const mark = '~end-of-answers~';
    const all = [...commands, ['ECHO', mark]];
    this.#socket.write(
      all
        .map((args) => `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`)
        .join(''),
      'latin1',
    );
    for (let tries = 0; tries < 2000 && !this.#seen.includes(`${mark}\r\n`); tries++) await sleep(5);
    const text = this.#seen.toString('latin1');
    const whole = reply(`*${all.length}\r\n${text}`) as unknown[];
    return whole.slice(0, -1);
  }
  close(): void {
    this.#socket.destroy();
  }
}

async function withServer<T>(server: string, use: (client: Client) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'directives-'));
  const path = join(folder, 's');
  const child = spawn(
    server,
    ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', '', '--daemonize', 'no'],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
  try {
    for (let tries = 0; tries < 400 && !existsSync(path); tries++) await sleep(10);
    const socket = createConnection(path);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const client = new Client(socket);
    const result = await use(client);
    client.close();
    return result;
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every word in the program that could be a directive, for those that `CONFIG GET *` hides. */
function wordsInside(server: string): string[] {
  const program = /['"]([^'"]+)['"] "\$@"/.exec(readFileSync(server, 'utf8'))?.[1] ?? server;
  const text = readFileSync(program, 'latin1');
  return [...new Set(text.match(/(?<=\0)[a-z][a-z0-9_-]{1,60}(?=\0)/g) ?? [])];
}

async function measure(server: string, names: ReadonlySet<string>): Promise<Measured | undefined> {
  const said = spawnSync(server, ['--version'], { encoding: 'utf8' }).stdout;
  const [, brand, version] = /(Redis|Valkey|KeyDB) server v=(\S+)/.exec(said) ?? [];
  if (!brand || !version) return undefined;
  // Before 6.0 every directive was read by its own code, and most refused nothing: there is nothing to learn.
  const checked = brand !== 'Redis' || Number.parseInt(version, 10) >= 6;
  const defaults = new Map<string, string>();
  const commands = new Set<string>();
  const fixed = new Map<string, string>();
  await withServer(server, async (client) => {
    const take = (pairs: unknown, hidden: boolean): void => {
      if (!Array.isArray(pairs)) return;
      for (let i = 0; i < pairs.length; i += 2) {
        const name = String(pairs[i]);
        if (defaults.has(name)) continue;
        defaults.set(name, ofTheRun.has(name) ? '' : String(pairs[i + 1] ?? ''));
        if (hidden) fixed.set(name, ', hidden');
      }
    };
    const [listed, table] = await client.ask([['CONFIG', 'GET', '*'], ['COMMAND']]);
    take(listed, false);
    for (const name of commandsIn(table)) commands.add(name);
    const words = checked ? wordsInside(server) : [];
    for (let i = 0; i < words.length; i += 500)
      for (const answer of await client.ask(words.slice(i, i + 500).map((word) => ['CONFIG', 'GET', word])))
        take(answer, true);
    for (const [name, value] of defaults) {
      const [answer] = await client.ask([['CONFIG', 'SET', name, value]]);
      if (/immutable|Unsupported CONFIG parameter/i.test(String(answer)))
        fixed.set(name, `, fixed${fixed.get(name) ?? ''}`);
      if (/protected config/.test(String(answer))) fixed.set(name, `, protected${fixed.get(name) ?? ''}`);
    }
  });
  const folder = mkdtempSync(join(tmpdir(), 'directives-'));
  const facts = new Map<string, string>();
  if (!checked) return { product: brand.toLowerCase() as Product, version, defaults, commands, facts };
  try {
    for (const name of defaults.keys())
      facts.set(name, `${probe(server, folder, name)}${fixed.get(name) ?? ''}`);
    for (const name of names)
      if (!defaults.has(name) && takes(server, folder, name)) facts.set(name, 'ignored, fixed');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { product: brand.toLowerCase() as Product, version, defaults, commands, facts };
}

// ---- the table ----

const parts = (version: string): number[] =>
  version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
function older(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) - (right[i] ?? 0);
  return a.length === b.length ? 0 : b.length - a.length;
}

/** Only where something changed: `[version, what]`, undefined where the directive is gone. */
function changes(rows: readonly (readonly [string, string | undefined])[]): string[] {
  const out: string[] = [];
  let last: string | undefined;
  for (const [version, what] of rows) {
    if (what === last) continue;
    out.push(`['${version}', ${what === undefined ? 'null' : quote(what)}]`);
    last = what;
  }
  return out;
}
const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function merge(all: readonly Measured[]): Measured[] {
  const merged = new Map<string, Measured>();
  for (const one of all) {
    const key = `${one.product} ${one.version}`;
    const before = merged.get(key);
    if (!before) merged.set(key, one);
    else
      merged.set(key, {
        ...before,
        defaults: new Map([...one.defaults, ...before.defaults]),
        commands: new Set([...before.commands, ...one.commands]),
        // What was found now replaces what an earlier run found.
        facts: before.facts.size > 0 ? before.facts : one.facts,
      });
  }
  return [...merged.values()].toSorted(
    (a, b) => a.product.localeCompare(b.product) || older(a.version, b.version),
  );
}

/** What an earlier run wrote, so that a server that cannot be had today is not forgotten. */
async function before(): Promise<Measured[]> {
  if (!existsSync(target)) return [];
  const { measured } = (await import(target)) as typeof MeasuredTable;
  return Object.entries(measured).flatMap(([product, history]) =>
    history.versions.map((version): Measured => {
      const at = (rows: readonly (readonly [string, string | null])[]): string | undefined =>
        rows.filter(([since]) => older(since, version) <= 0).at(-1)?.[1] ?? undefined;
      const defaults = new Map<string, string>();
      const facts = new Map<string, string>();
      for (const [name, rows] of Object.entries(history.defaults)) {
        const value = at(rows);
        if (value !== undefined) defaults.set(name, value);
      }
      if (history.probed.includes(version))
        for (const [name, rows] of Object.entries(history.facts)) {
          const fact = at(rows);
          if (fact !== undefined && (defaults.has(name) || fact.startsWith('ignored'))) facts.set(name, fact);
        }
      const commands = Object.entries(history.commands).flatMap(([name, rows]) =>
        at(rows) === undefined ? [] : [name],
      );
      return { product: product as Product, version, defaults, commands: new Set(commands), facts };
    }),
  );
}

const found: Measured[] = recorded();
const names = new Set(found.flatMap((one) => [...one.defaults.keys()]));
for (const name of existsSync(servers) ? readdirSync(servers).toSorted() : []) {
  const server = join(servers, name, 'server');
  const one = existsSync(server) ? await measure(server, names) : undefined;
  if (one)
    console.log(`${one.product} ${one.version}: ${one.facts.size} directives, ${one.commands.size} commands`);
  if (one) found.push(one);
}
const all = merge([...found, ...(await before())]);
const section = (
  rows: readonly Measured[],
  of: (one: Measured) => ReadonlyMap<string, string> | undefined,
): string => {
  const known = rows.filter((one) => of(one) !== undefined);
  const names = [...new Set(known.flatMap((one) => [...(of(one)?.keys() ?? [])]))].toSorted();
  return names
    .map(
      (name) =>
        `      ${quote(name)}: [${changes(known.map((one) => [one.version, of(one)?.get(name)])).join(', ')}],`,
    )
    .join('\n');
};
/** A recorded server shows no hidden directives: it has those of the probed version before it. */
function carryHidden(rows: readonly Measured[]): Measured[] {
  let hidden: readonly (readonly [string, string])[] = [];
  return rows.map((one) => {
    if (one.facts.size === 0) return { ...one, defaults: new Map([...hidden, ...one.defaults]) };
    hidden = [...one.defaults].filter(([name]) => one.facts.get(name)?.includes('hidden'));
    return one;
  });
}

const products = [...new Set(all.map((one) => one.product))];
const text = `// Generated by scripts/generate-directives.ts from what real servers answered. Do not edit.
// Each row lists changes only: from which measured version on what holds, null where it is gone.
type Rows = Readonly<Record<string, readonly (readonly [since: string, what: string | null])[]>>;
export interface Measured {
  readonly versions: readonly string[];
  readonly probed: readonly string[];
  readonly defaults: Rows;
  readonly facts: Rows;
  readonly commands: Rows;
}
export const measured: Readonly<Record<'redis' | 'valkey' | 'keydb', Measured>> = {
${products
  .map((product) => {
    const rows = carryHidden(all.filter((one) => one.product === product));
    const list = (versions: readonly Measured[]): string =>
      versions.map((one) => quote(one.version)).join(', ');
    const some = rows.filter((one) => one.commands.size > 0);
    return `  ${product}: {
    versions: [${list(rows)}],
    probed: [${list(rows.filter((one) => one.facts.size > 0))}],
    defaults: {
${section(rows, (one) => one.defaults)}
    },
    facts: {
${section(rows, (one) => (one.facts.size > 0 ? one.facts : undefined))}
    },
    commands: {
${section(some, (one) => new Map([...one.commands].map((name) => [name, ''])))}
    },
  },`;
  })
  .join('\n')}
};
`;
writeFileSync(target, text);
spawnSync('oxfmt', [target], { stdio: 'inherit' });
console.log(`${target}: ${all.length} servers`);
