import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundledCommands } from './bundled.ts';
import {
  applyRules,
  defaultUser,
  denialText,
  newUser,
  parseAclFile,
  parseAclList,
  parseGetUser,
  permits,
  printUser,
} from './index.ts';
import { hash } from 'node:crypto';
import type { AclContext, AclUser, Permission } from './index.ts';

/**
 * Users of the world, loaded into and asked of real servers (7.0.15, 8.6.3, Valkey 9.1.2): the load result, ACL LIST and
 * ACL DRYRUN must be the same here, all of them.
 */
const corpus = process.env['KEYWARD_CORPUS'] ?? '';
const has = (file: string): boolean => corpus !== '' && existsSync(`${corpus}/${file}`);
const sets = {
  files: has('acl-files'),
  lines: has('acl-setuser/setuser.jsonl'),
  rows: has('acl-tables/rows.jsonl'),
};
const missing = Object.values(sets).filter((there) => !there).length;
if (missing > 0)
  console.warn(`skipped: ${missing} of 3 sets of recorded ACL behaviour (not in KEYWARD_CORPUS)`);

const servers = ['redis-7.0.15', 'redis-8.6.3', 'valkey-9.1.2'] as const;
type ServerName = (typeof servers)[number];

const contexts = new Map<ServerName, AclContext>();
for (const name of servers) {
  const [product = '', version = ''] = name.split('-');
  contexts.set(name, { product, version, commands: await bundledCommands(product, version) });
}
const contextOf = (name: ServerName): AclContext => {
  const context = contexts.get(name);
  if (context === undefined) throw new Error(name);
  return context;
};

const json = (path: string): unknown => JSON.parse(readFileSync(`${corpus}/${path}`, 'utf8'));
const lines = (path: string): readonly unknown[] =>
  readFileSync(`${corpus}/${path}`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

interface Asked {
  readonly cmd: readonly string[];
  readonly expect: string;
  readonly text?: string;
}

interface FileTruth {
  readonly observed: Readonly<
    Record<
      ServerName,
      {
        readonly load: string;
        readonly lines?: readonly string[];
        readonly list?: readonly string[];
        /** Questions with answers for the first server, for the others a letter per question. */
        readonly users?: Readonly<Record<string, readonly Asked[] | string>>;
      }
    >
  >;
}

interface SetUserRow {
  readonly args: readonly string[];
  readonly observed: Readonly<
    Record<
      ServerName,
      {
        readonly result: string;
        readonly list?: readonly string[];
        readonly dryrun?: readonly Asked[];
        readonly dryrun_verdicts?: string;
      }
    >
  >;
}

interface SuiteRow {
  readonly id: string;
  readonly kind: string;
  readonly user: string;
  readonly cmd: readonly string[];
  readonly setup: readonly (readonly string[])[];
  readonly observed: Readonly<
    Partial<
      Record<ServerName, { readonly verdict: string; readonly text?: string; readonly reply?: unknown }>
    >
  >;
}
const letter = (permission: Permission): string =>
  permission.allowed
    ? 'A'
    : permission.why === 'unknown-command' || permission.why === 'wrong-arity'
      ? 'E'
      : 'D';
const verdictLetter: Readonly<Record<string, string>> = { allow: 'A', deny: 'D', error: 'E' };

const words = (user: string, permission: Permission, context: AclContext): string | undefined =>
  permission.allowed ? undefined : denialText(user, permission, context);

const ask = (user: AclUser, cmd: readonly string[], context: AclContext): Permission =>
  permits(user, cmd[0] ?? '', cmd.slice(1), context.commands);

/** Before 7.2 a server lists single commands in the order of a hash table that differs at each start. */
const unordered = (line: string): string =>
  line.replace(/[+-]@all .*$/, (rules) => {
    const all = rules.split(' ');
    return [
      ...all.filter((rule) => rule[1] === '@'),
      ...all.filter((rule) => rule[1] !== '@').toSorted(),
    ].join(' ');
  });
const comparable = (server: ServerName, list: readonly string[]): readonly string[] =>
  server === 'redis-7.0.15' ? list.map(unordered) : list;

/**
 * For 7.0.15 the recorder gave the users of a file to a running server after `reset`, which leaves sanitize-payload on
 * them. A server that loads the file itself shows no such flag: test/live/acl.test.ts.
 */
const withoutReset = (server: ServerName, list: readonly string[]): readonly string[] =>
  comparable(
    server,
    server === 'redis-7.0.15' ? list.map((line) => line.replace(' sanitize-payload', '')) : list,
  );

const differences = (found: string[]): void =>
  expect(found.slice(0, 20), `${found.length} differences`).toEqual([]);

describe.skipIf(!sets.files)('recorded users.acl files', () => {
  const files = sets.files ? readdirSync(`${corpus}/acl-files`).filter((name) => name.endsWith('.acl')) : [];

  it('loads what the servers load, and lists and permits the same', () => {
    expect(files.length).toBeGreaterThan(0);
    const found: string[] = [];
    let asked = 0;
    for (const file of files) {
      const truth = json(`acl-files/${file}.truth.json`) as FileTruth;
      const bytes = readFileSync(`${corpus}/acl-files/${file}`);
      const first = truth.observed['redis-7.0.15'].users ?? {};
      const text = (value: unknown): string => (typeof value === 'string' ? value : '');
      for (const server of servers) {
        const observed = truth.observed[server];
        const context = contextOf(server);
        const read = parseAclFile(bytes, context);
        const loads = observed.load === 'ok';
        if (read.loads !== loads) {
          found.push(
            `${file} ${server}: loads ${loads}, here ${read.loads} ${JSON.stringify(read.problems)}`,
          );
          continue;
        }
        if (!loads) {
          const said = (observed.lines ?? []).join('\n');
          for (const { line, message, code } of read.problems) {
            const at =
              said.includes(`users.acl:${line}${code === 'not-a-user-line' ? '' : ':'} `) ||
              said.includes(`on line ${line}.`);
            if (!at && said.length < 900) found.push(`${file} ${server}: ${line} ${message} not in ${said}`);
            if (at && code !== 'duplicate-user' && !said.includes(message))
              found.push(`${file} ${server}: ${line}: ${message}`);
          }
          continue;
        }
        const list = withoutReset(
          server,
          read.users.map((user) => printUser(user, context)),
        );
        const expected = withoutReset(server, observed.list ?? []);
        for (const [i, line] of expected.entries()) {
          if (list[i] !== line) found.push(`${file} ${server}:\n  theirs ${line}\n  ours   ${list[i]}`);
        }
        if (list.length !== expected.length) found.push(`${file} ${server}: ${expected.length} users`);
        for (const user of read.users) {
          const asking = first[user.name] ?? [];
          const questions = typeof asking === 'string' ? [] : asking;
          const answers = text(observed.users?.[user.name]);
          for (const [i, question] of questions.entries()) {
            asked++;
            const permission = ask(user, question.cmd, context);
            const theirs = server === 'redis-7.0.15' ? verdictLetter[question.expect] : answers[i];
            const ours = letter(permission);
            if (ours !== theirs)
              found.push(`${file} ${server} ${user.name} ${question.cmd.join(' ')}: ${theirs}, here ${ours}`);
            else if (
              ours === 'D' &&
              server === 'redis-7.0.15' &&
              words(user.name, permission, context) !== question.text
            ) {
              found.push(
                `${file} ${question.cmd.join(' ')}: ${question.text}, here ${words(user.name, permission, context)}`,
              );
            }
          }
        }
      }
    }
    expect(asked).toBeGreaterThan(0);
    differences(found);
  });
});

const putBack = ['reset', 'on', 'nopass', '~*', '&*', '+@all'];

describe.skipIf(!sets.lines)('recorded ACL SETUSER lines', () => {
  it('are taken or refused as by the servers, and list and permit the same', () => {
    const found: string[] = [];
    let asked = 0;
    for (const row of (sets.lines ? lines('acl-setuser/setuser.jsonl') : []) as readonly SetUserRow[]) {
      const [name = '', ...rules] = row.args;
      const questions = row.observed['redis-7.0.15'].dryrun;
      for (const server of servers) {
        const context = contextOf(server);
        const observed = row.observed[server];
        // The recorder put the user default back with `reset` between the lines; that leaves sanitize-payload.
        const before =
          name === 'default' ? applyRules(defaultUser(context), putBack, context).user : undefined;
        const start = before ?? newUser(name, context);
        const result = applyRules(start, rules, context);
        if ((result.user !== undefined) !== (observed.result === 'ok')) {
          found.push(
            `${server} ${row.args.join(' ')}: ${observed.result}, here ${JSON.stringify(result.problems)}`,
          );
          continue;
        }
        if (!result.user) continue;
        const list = comparable(server, [printUser(result.user, context)]);
        const expected = comparable(
          server,
          (observed.list ?? []).filter((line) => line.startsWith(`user ${name} `)),
        );
        if (list[0] !== expected[0])
          found.push(`${server} ${row.args.join(' ')}:\n  theirs ${expected[0]}\n  ours   ${list[0]}`);
        const answers = observed.dryrun_verdicts;
        for (const [i, question] of (questions ?? []).entries()) {
          const theirs = server === 'redis-7.0.15' ? verdictLetter[question.expect] : answers?.[i];
          if (theirs === undefined) continue;
          asked++;
          const permission = ask(result.user, question.cmd, context);
          if (letter(permission) !== theirs) {
            found.push(
              `${server} ${row.args.join(' ')} | ${question.cmd.join(' ')}: ${theirs}, here ${JSON.stringify(permission)}`,
            );
          } else if (
            theirs === 'D' &&
            server === 'redis-7.0.15' &&
            words(name, permission, context) !== question.text
          ) {
            found.push(
              `${row.args.join(' ')} | ${question.cmd.join(' ')}: ${question.text}, here ${words(name, permission, context)}`,
            );
          }
        }
      }
    }
    expect(asked).toBeGreaterThan(0);
    differences(found);
  });
});

const recorderPassword = '#10031b980fc2f59699ff9245826df3cbc210907bd60fd5f219ccb5e16a91db16';

/** The users of a server while ACL and CONFIG commands of a set-up run. */
class Replay {
  readonly users = new Map<string, AclUser>();
  context: AclContext;
  constructor(context: AclContext) {
    this.context = context;
    this.users.set(
      'default',
      applyRules(defaultUser(context), putBack, context).user ?? defaultUser(context),
    );
  }

  run(command: readonly string[]): string | undefined {
    const [first = '', sub = '', name = '', ...rest] = command;
    if (first.toLowerCase() === 'config' && sub.toLowerCase() === 'set' && name === 'acl-pubsub-default') {
      this.context = {
        ...this.context,
        pubsubDefault: rest[0] === 'allchannels' ? 'allchannels' : 'resetchannels',
      };
    }
    if (first.toLowerCase() !== 'acl') return undefined;
    if (sub.toLowerCase() === 'deluser') for (const gone of [name, ...rest]) this.users.delete(gone);
    if (sub.toLowerCase() !== 'setuser') return undefined;
    const result = applyRules(this.users.get(name) ?? newUser(name, this.context), rest, this.context);
    if (result.user) this.users.set(name, result.user);
    return result.problems[0]?.message;
  }
}

describe.skipIf(!sets.rows)('rows of the servers\u2019 own ACL suites', () => {
  it('come out as on the servers', () => {
    const found: string[] = [];
    const counted = { command: 0, dryrun: 0, getuser: 0, list: 0, auth: 0, error: 0 };
    for (const row of (sets.rows ? lines('acl-tables/rows.jsonl') : []) as readonly SuiteRow[]) {
      for (const server of servers) {
        const observed = row.observed[server];
        if (observed === undefined) continue;
        const replay = new Replay(contextOf(server));
        for (const command of row.setup) replay.run(command);
        // To speak as the user, the recorder switched it on and gave it a password of its own.
        if (row.user !== 'default') replay.run(['ACL', 'SETUSER', row.user, 'on', recorderPassword]);
        const { context } = replay;
        const where = `${row.id} ${server} ${row.user} ${row.cmd.join(' ')}`;
        const { cmd } = row;
        const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
        const told = (ours: string): unknown =>
          found.push(`${where}: ${JSON.stringify(observed).slice(0, 300)}, here ${ours}`);
        if (row.kind === 'dryrun') {
          counted.dryrun++;
          const user = replay.users.get(cmd[2] ?? '');
          const permission = user && ask(user, cmd.slice(3), context);
          const ours = permission === undefined ? 'error' : letter(permission);
          if (ours !== verdictLetter[observed.verdict] && !(ours === 'error' && observed.verdict === 'error'))
            told(ours);
          else if (permission?.allowed === false && observed.verdict === 'deny') {
            const text = words(cmd[2] ?? '', permission, context);
            if (text !== observed.text) told(text ?? '');
          }
        } else if (row.kind === 'getuser') {
          const user = replay.users.get(cmd[2] ?? '');
          if (!Array.isArray(observed.reply)) continue;
          counted.getuser++;
          const read = parseGetUser(cmd[2] ?? '', observed.reply, context)?.user;
          if (!user || !read) told('no user');
          else if (unordered(printUser(read, context)) !== unordered(printUser(user, context))) {
            told(`${printUser(user, context)} | ${printUser(read, context)}`);
          }
        } else if (row.kind === 'acl-list') {
          counted.list++;
          const ours = comparable(
            server,
            [...replay.users.values()].map((user) => printUser(user, context)).toSorted(),
          );
          const expected = comparable(server, list(observed.reply)).toSorted();
          if (JSON.stringify(ours) !== JSON.stringify(expected))
            told(ours.filter((line) => !expected.includes(line)).join('\n'));
          const again = parseAclList(observed.reply, context).users.map((user) => printUser(user, context));
          if (
            JSON.stringify(comparable(server, again)) !==
            JSON.stringify(comparable(server, list(observed.reply)))
          )
            told('other when read');
        } else if (row.kind === 'auth') {
          // Of several AUTH in one HELLO 7.0 tries all, later versions the last: not a matter of rules.
          if (cmd.filter((word) => word.toLowerCase() === 'auth').length !== 1) continue;
          const last = cmd.findLastIndex((word) => word.toLowerCase() === 'auth');
          const given = cmd.slice(last + 1, last + 3);
          const [name = '', password = ''] = given.length > 1 ? given : ['default', ...given];
          const user = replay.users.get(name);
          const passes =
            user?.enabled === true && (user.noPassword || user.passwords.includes(hash('sha256', password)));
          counted.auth++;
          if (passes !== (observed.verdict === 'allow')) told(String(passes));
        } else if (row.kind === 'setuser-error') {
          counted.error++;
          const message = replay.run(cmd);
          // The server goes on to say where the parenthesis stands.
          const [said = ''] = message?.split(' in selector') ?? [];
          if (said === '' || !(observed.text ?? '').includes(said)) told(message ?? 'taken');
        } else if (row.kind === 'command') {
          const user = replay.users.get(row.user);
          if (user === undefined) continue;
          counted.command++;
          const permission = ask(user, cmd, context);
          const denied = !permission.allowed && !['unknown-command', 'wrong-arity'].includes(permission.why);
          // EXEC tells of a denial in an error of its own.
          const theirs = observed.verdict === 'deny' || /^EXECABORT .*NOPERM/.test(observed.text ?? '');
          if (denied !== theirs) told(JSON.stringify(permission));
        }
      }
    }
    expect(
      Object.values(counted).reduce((sum, count) => sum + count, 0),
      JSON.stringify(counted),
    ).toBeGreaterThan(0);
    differences(found);
  });
});
