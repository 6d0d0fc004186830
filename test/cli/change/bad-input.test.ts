import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/index.ts';
import { ask, converse } from '../../live/support/ask.ts';
import { matrixServer } from '../../live/support/servers.ts';
import { keywards } from '../keyward.ts';
import { idOf, stageOf, until, watchdogsOf, weak, type Stage } from './stage.ts';
import { swallowing } from './swallowing-proxy.ts';

const isRoot = process.getuid?.() === 0;
const refused = (words: string | RegExp) => [2, expect.stringMatching(words)];

describe('what is not a plan that this server can have', () => {
  let stage: Stage;
  let path = '';
  let before = '';
  beforeAll(async () => {
    stage = await stageOf('redis-8.0');
    path = await stage.plan();
    before = await stage.look();
  }, 60_000);
  afterAll(() => stage.end());

  const edits: readonly (readonly [string, (plan: Plan) => unknown])[] = [
    ['a number', () => 7],
    ['a list', () => []],
    ['nothing', () => null],
    ['another schema', (plan) => ({ ...plan, schema: 'keyward.snapshot/1' })],
    ['a later format', (plan) => ({ ...plan, schema: 'keyward.plan/2' })],
    ['no nodes', (plan) => ({ ...plan, nodes: [] })],
    ['steps that are text', (plan) => ({ ...plan, steps: 'all of them' })],
    ['an unknown step', (plan) => ({ ...plan, steps: [{ ...plan.steps[0], kind: 'format-disk' }] })],
    ['an unknown action', (plan) => withAction(plan, { do: 'run', node: 'n1', command: 'id' })],
    ['a node that is not there', (plan) => withAction(plan, { do: 'delete-user', node: 'n9', user: 'app' })],
    ['a file that is not its own', (plan) => withAction(plan, write('/etc/passwd'))],
    ['a way up', (plan) => withAction(plan, write('/etc/redis/../passwd'))],
    ['a path that is relative', (plan) => withAction(plan, write('redis.conf'))],
    ['a name that breaks the journal’s path', (plan) => ({ ...plan, id: '../../etc/cron.d/x' })],
    ['escape codes as its id', (plan) => ({ ...plan, id: '\u001b[2Jx' })],
    ['a setting that is two', (plan) => withAction(plan, set('bind\r\nCONFIG SET dir /', 'x'))],
    [
      'a step that undoes nothing of what it does',
      (plan) => ({ ...plan, steps: plan.steps.map((step: object) => ({ ...step, undo: [] })) }),
    ],
    ['more than it has', (plan) => ({ ...plan, also: true })],
    [
      'secrets that it holds itself',
      (plan) => ({ ...plan, secrets: [{ ...plan.secrets[0], password: 'x' }] }),
    ],
    [
      'a host that is an option',
      (plan) => ({ ...plan, nodes: [{ ...plan.nodes[0], host: 'ssh://-oProxyCommand=id' }] }),
    ],
  ];
  const withAction = (plan: Plan, action: object): object => ({
    ...plan,
    steps: [{ ...plan.steps[0], does: [action], undo: [] }, ...plan.steps.slice(1)],
  });
  const write = (file: string): object => ({
    do: 'write-file',
    node: 'n1',
    path: file,
    text: '',
    mode: '0600',
  });
  const set = (name: string, value: string): object => ({ do: 'set-setting', node: 'n1', name, value });

  it(`is refused in one sentence, whatever stands in it (${edits.length} kinds of nonsense)`, async () => {
    const files = edits.map(([, edit]) => stage.copyOf(path, (plan) => edit(plan) as object));
    const bytes: readonly (readonly [string, string | Buffer])[] = [
      ['half of it', readFileSync(path, 'utf8').slice(0, 2000)],
      ['nothing at all', ''],
      ['no text', Buffer.from([0, 255, 254, 1])],
      ['deep nesting', '['.repeat(100_000)],
      ['said twice', readFileSync(path, 'utf8').replace('"policy"', '"policy": "strict", "policy"')],
      ['no JSON', 'keyward plan'],
    ];
    for (const [name, text] of bytes) {
      files.push(stage.at(`${name}.json`));
      writeFileSync(stage.at(`${name}.json`), text);
    }
    files.push(stage.at('none.json'), stage.at(''), '/dev/zero');
    process.env.KEYWARD_STATE = stage.at('state');
    const rows = await keywards(files.map((file) => ['apply', file, '--confirm-within', '0']));
    delete process.env.KEYWARD_STATE;
    const names = [
      ...edits.map(([name]) => name),
      ...bytes.map(([name]) => name),
      'none',
      'a folder',
      'a device',
    ];
    for (const [index, { code, err }] of rows.entries()) {
      expect([code, err], names[index]).toEqual(refused(/^keyward: /));
      expect(err, names[index]).not.toMatch(/fault of Keyward|\u001b/);
      expect(err.split('\n').length, names[index]).toBeLessThanOrEqual(3);
    }
    expect(await stage.look()).toBe(before);
    expect((await stage.run(['journals'])).out).toMatch(/^nothing was applied/);
  }, 60_000);

  it('was made before somebody changed the server', async () => {
    await ask({ port: stage.server.port }, 'ACL', 'SETUSER', 'app', 'on', '>mine-d41d8cd98f00', '+get', '~a');
    const since = await stage.look();
    const { code, err } = await stage.applied(stage.copyOf(path));
    expect([code, err]).toEqual(
      refused(/the user app of n1 changed since the plan was made: make a new plan/),
    );
    expect(await stage.look()).toBe(since);
    await ask({ port: stage.server.port }, 'ACL', 'DELUSER', 'app');
    const conf = readFileSync(stage.server.configFile);
    writeFileSync(stage.server.configFile, `${conf.toString()}# more\n`);
    expect((await stage.applied(stage.copyOf(path))).err).toMatch(/changed since the plan was made/);
    writeFileSync(stage.server.configFile, conf);
    expect(await stage.look()).toBe(before);
  }, 60_000);

  it('was made for a server that somebody else runs on that port now', async () => {
    const other = await matrixServer('redis-7.0').start(['protected-mode no', 'maxclients 77']);
    try {
      const stolen = stage.copyOf(path, (plan) => ({
        ...plan,
        nodes: plan.nodes.map((node) => ({ ...node, target: { ...node.target, port: other.port } })),
      }));
      const users = JSON.stringify(await ask({ port: other.port }, 'ACL', 'LIST'));
      const { code, err } = await stage.applied(stolen);
      expect([code, err]).toEqual(refused(/refused|another server/));
      expect(JSON.stringify(await ask({ port: other.port }, 'ACL', 'LIST'))).toBe(users);
      expect(await stage.look()).toBe(before);
    } finally {
      await other.stop();
    }
  }, 60_000);

  it('names a server that nobody can reach', async () => {
    const gone = await stageOf('redis-7.0');
    const its = await gone.plan();
    await gone.server.stop();
    const { code, err } = await gone.applied(its);
    expect([code, err]).toEqual(refused(/^keyward: refused, nothing was changed: .*does not answer/s));
    expect((await gone.run(['journals'])).out).toMatch(/^nothing was applied/);
    await gone.end();
    const none = await stage.run(['plan', 'redis://127.0.0.1:1', '-o', stage.at('x.json')]);
    expect([none.code, none.err]).toEqual(refused(/nothing listens there/));
  }, 60_000);
});

describe('a place for the new logins', () => {
  it('that cannot be written, or holds something else, is refused before anything is done', async () => {
    const stage = await stageOf('redis-7.0');
    try {
      const before = await stage.look();
      const path = await stage.plan();
      const open = stage.at('open.json');
      writeFileSync(open, '{}', { mode: 0o644 });
      const other = stage.at('other.json');
      writeFileSync(other, '{"schema": "mine"}', { mode: 0o600 });
      for (const place of ['/nonexistent/x.json', open, other, stage.at('state')]) {
        const { code, err } = await stage.run(['apply', path, '--secrets', place, '--confirm-within', '0']);
        expect([code, err], place).toEqual(refused(/^keyward: /));
        expect(err, place).not.toMatch(/fault of Keyward/);
      }
      expect(await stage.look()).toBe(before);
      expect(readdirSync(stage.at('state/journals'))).toEqual([]);
      expect(stage.litter()).toEqual([]);
      expect((await stage.applied(path, '--confirm-within', '0')).code).toBe(0);
    } finally {
      await stage.end();
    }
  }, 60_000);
});

describe('a journal that is not whole', () => {
  it('is read as far as it goes: what was done is undone, what makes no sense is said', async () => {
    const stage = await stageOf('redis-7.0');
    try {
      const before = await stage.look();
      const path = await stage.plan();
      expect((await stage.applied(path, '--confirm-within', '300')).code).toBe(0);
      for (const pid of watchdogsOf(stage)) process.kill(pid, 'SIGKILL');
      const journal = stage.at(`state/journals/${idOf(path)}.jsonl`);
      const whole = readFileSync(journal, 'utf8');
      const lines = whole.trimEnd().split('\n');

      writeFileSync(journal, [...lines.slice(0, 4), 'nonsense', ...lines.slice(4), ''].join('\n'));
      const edited = await stage.run(['undo', idOf(path)]);
      expect([edited.code, edited.err]).toEqual(refused(/line 5: this is no entry of a journal/));
      writeFileSync(journal, '');
      const empty = await stage.run(['undo', idOf(path)]);
      expect([empty.code, empty.err]).toEqual(refused(/cut short|holds no plan/));
      for (const foreign of ['/etc/passwd', '/dev/null', stage.at('none'), stage.at('state')]) {
        const { code, err } = await stage.run(['undo', foreign]);
        expect([code, err], foreign).toEqual(refused(/^keyward: /));
        expect(err, foreign).not.toMatch(/fault of Keyward/);
      }

      // Cut in the middle of its last line, as by a crash.
      writeFileSync(journal, whole.slice(0, -20));
      const { code, err } = await stage.run(['undo', idOf(path)]);
      expect([code, err]).toEqual([0, expect.stringMatching(/undone/)]);
      expect(await stage.look()).toBe(before);
      expect(stage.litter()).toEqual([]);
    } finally {
      await stage.end();
    }
  }, 60_000);
});

describe('a server that answers OK and does nothing', () => {
  it.each([
    ['CONFIG SET', /^CONFIG SET /i],
    ['ACL SETUSER', /^ACL SETUSER /i],
    ['both, and ACL DELUSER', /^(CONFIG SET|ACL (SETUSER|DELUSER)) /i],
  ])(
    'is found out: %s',
    async (_, pattern) => {
      const stage = await stageOf('redis-8.6');
      const proxy = await swallowing(stage.server.port, (command) => pattern.test(command));
      try {
        const before = await stage.look();
        const path = stage.at('through.json');
        const made = await stage.run([
          'plan',
          `redis://127.0.0.1:${proxy.port}`,
          '--census',
          '0',
          '-o',
          path,
        ]);
        expect(made.code, made.err).toBe(1);
        const { code, err } = await stage.applied(path, '--confirm-within', '0');
        expect(proxy.swallowed().length).toBeGreaterThan(0);
        expect([code, err]).toEqual([1, expect.stringMatching(/undone, everything is as it was/)]);
        // Behind a proxy its file is out of our reach: it saves itself, in its own words.
        expect(JSON.parse(await stage.look()).slice(0, 2)).toEqual(JSON.parse(before).slice(0, 2));
      } finally {
        await proxy.end();
        await stage.end();
      }
    },
    60_000,
  );
});

describe.skipIf(!isRoot)('files that do not let themselves be written', () => {
  it('of another account: planned as what cannot be reached, or undone; nothing is half', async () => {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const stage = await stageOf('redis-8.0');
    try {
      // Readable, not writable, and in a folder where nothing can be put beside it.
      chmodSync(stage.server.configFile, 0o644);
      chmodSync(stage.server.dir, 0o755);
      chmodSync(stage.at(''), 0o755);
      const state = stage.at('theirs');
      mkdirSync(state);
      chownSync(state, 65_534, 65_534);
      const how = { within: nobody, env: { KEYWARD_STATE: state, HOME: state }, cwd: '/' };
      const before = await stage.look();
      const path = join(state, 'plan.json');
      const made = await stage.run(['plan', stage.target, '--census', '0', '-o', path], how);
      expect([0, 1], made.err).toContain(made.code);
      const copy = join(state, 'roots-plan.json');
      copyFileSync(await stage.plan(), copy);
      chownSync(copy, 65_534, 65_534);
      for (const one of made.code === 1 ? [path, copy] : [copy]) {
        const { code, err } = await stage.run(['apply', one, '--confirm-within', '0'], how);
        expect(err).not.toMatch(/fault of Keyward|STUCK/);
        if (code === 0) expect((await stage.run(['undo', idOf(one)], how)).code, one).toBe(0);
        else expect([1, 2], err).toContain(code);
        // A server that saves itself does it in its own words.
        expect(JSON.parse(await stage.look()).slice(0, 2), one).toEqual(JSON.parse(before).slice(0, 2));
      }
    } finally {
      await stage.end();
    }
  }, 60_000);

  const withTmpfs = async (
    what: 'the server' | 'our state',
    work: (stage: Stage, folder: string) => Promise<void>,
  ) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-full-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    expect(mounted.status, mounted.stderr.toString()).toBe(0);
    const stage = await stageOf('redis-7.0', weak, what === 'the server' ? { dir: folder } : {});
    try {
      await work(stage, folder);
    } finally {
      await stage.end();
      spawnSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const fill = (folder: string): void => {
    spawnSync('dd', ['if=/dev/zero', `of=${folder}/filler`, 'bs=4096']);
  };

  it(
    'on a full disk of the server: everything comes back',
    () =>
      withTmpfs('the server', async (stage, folder) => {
        const before = await stage.look();
        const path = await stage.plan();
        fill(folder);
        const { code, err } = await stage.applied(path, '--confirm-within', '0');
        expect([code, err]).toEqual([
          1,
          expect.stringMatching(/undone, everything is as it was: .*(ENOSPC|no space)/i),
        ]);
        expect(await stage.look()).toBe(before);
        expect(stage.litter()).toEqual([]);
      }),
    60_000,
  );

  it(
    'on a full disk of our own: nothing is begun, or everything comes back',
    () =>
      withTmpfs('our state', async (stage, folder) => {
        const before = await stage.look();
        const path = await stage.plan();
        for (const room of [0, 2, 6]) {
          fill(folder);
          const how = { env: { KEYWARD_STATE: folder } };
          spawnSync('truncate', ['-s', `-${room * 4096}`, `${folder}/filler`]);
          const { code, err } = await stage.run(['apply', stage.copyOf(path), '--confirm-within', '0'], how);
          expect([1, 2], `${room}: ${err}`).toContain(code);
          expect(err).not.toMatch(/fault of Keyward|STUCK/);
          await until('the watchdog goes', () => (watchdogsOf(stage).length === 0 ? true : undefined));
          expect(await stage.look(), `${room}: ${err}`).toBe(before);
          spawnSync('bash', ['-c', `rm -rf ${folder}/*`]);
        }
      }),
    60_000,
  );
});

describe('names that somebody else chose', () => {
  it('come out of the census as text, and not as commands to the terminal', async () => {
    const stage = await stageOf('redis-8.6');
    const clients = [];
    try {
      for (const name of ['\u001b[2J\u001b]0;owned\u0007', '\u009b31m', '\u202eevil', "$(id)'`"]) {
        const client = await converse({ port: stage.server.port });
        await client.ask('CLIENT', 'SETNAME', name).catch(() => undefined);
        await client.ask('CLIENT', 'SETINFO', 'LIB-NAME', 'ok').catch(() => undefined);
        await client.ask('GET', '\u001b[31m');
        clients.push(client);
      }
      await ask({ port: stage.server.port }, 'ACL', 'SETUSER', 'u\u001b[31m', 'on', 'nopass', '+get', '~*');
      const path = stage.at('plan.json');
      for (const form of [[], ['--json'], ['--as', 'ansible'], ['-v']]) {
        const { out, err } = await stage.run(['plan', stage.target, '--census', '1', '-o', path, ...form]);
        const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
        expect(out, form.join(' ')).not.toMatch(
          form[0] === '--json' ? /[\u0000-\u0009\u000b-\u001f]/ : control,
        );
        expect(err).not.toMatch(control);
      }
      const { code, err } = await stage.run(['apply', path, '--patience', '1', '--confirm-within', '0']);
      expect(err).not.toMatch(/[\u001b\u009b]|fault of Keyward/);
      // A user of such a name is one whom no plan may name.
      expect([code, err]).toEqual(refused(/is a plan that is not applied, .*is no name/));
    } finally {
      for (const client of clients) client.end();
      await stage.end();
    }
  }, 60_000);
});
