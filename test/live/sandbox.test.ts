import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/adapters/servers/index.ts';
import {
  type DraftedUnit,
  draftedExposure,
  draftedProblems,
} from '../../src/adapters/systemd/unit-security.ts';
import { sandboxDropIn, type SandboxNeeds, writtenPaths } from '../../src/catalog/sandbox/index.ts';
import { converse, type Conversation } from './support/ask.ts';
import { matrix } from './support/servers.ts';
import { buildWalls, type Walls, whyNoWalls } from './support/walls.ts';
import { hiddenByWalls } from './support/other-accounts.ts';

const noSystemd = spawnSync('systemd-analyze', ['--version']).error ? ' (no systemd-analyze here)' : '';
const noWalls = whyNoWalls();

const usual: SandboxNeeds = {
  user: 'redis',
  writes: ['/etc/redis', '/run/redis', '/var/lib/redis'],
  ports: [6379],
  modules: false,
};

describe.skipIf(noSystemd !== '')(`what systemd says of the drop-in${noSystemd}`, () => {
  /** The unit of a guide, with a drop-in. */
  const unitWith = (dropIn: string): DraftedUnit => ({
    name: 'redis.service',
    text: '[Unit]\nDescription=cache\n[Service]\nType=notify\nExecStart=/bin/true /etc/redis/redis.conf\n',
    dropIns: [{ name: '50-keyward.conf', text: dropIn }],
  });
  const exposure = (dropIn: string): Promise<number | undefined> => draftedExposure(unitWith(dropIn));

  it('a unit without it is unsafe, one with it is fine', async () => {
    expect(await exposure('')).toBeGreaterThan(9);
    expect(await exposure(sandboxDropIn(usual).text)).toBeLessThanOrEqual(1.5);
    expect(await exposure(sandboxDropIn({ ...usual, loopbackOnly: true }).text)).toBeLessThanOrEqual(1.2);
  });

  it('even with all opened that a server may need, it is low', async () => {
    const needs: SandboxNeeds = {
      ...usual,
      writes: ['/tmp/redis', '/home/app/data'],
      ports: [443],
      modules: true,
      scripts: true,
      pinned: true,
      socketByUmask: true,
    };
    expect(await exposure(sandboxDropIn(needs).text)).toBeLessThan(3);
  });

  it('it understands every line, with odd paths too', async () => {
    const odd = {
      ...usual,
      writes: ['/srv/a b', '/srv/50%', '/srv/"q"\\x', '/home/x y:z'],
      reads: ['/root/a:b c'],
    };
    for (const needs of [usual, odd, { ...usual, ports: [80] }, { ...usual, loopbackOnly: true }])
      expect(await draftedProblems(unitWith(sandboxDropIn(needs).text))).toEqual([]);
    // That it would say so:
    expect(await draftedProblems(unitWith('[Service]\nNoSuchWall=yes\n'))).toEqual([
      expect.stringMatching(/^redis\.service\.d\/50-keyward\.conf:2: .*NoSuchWall/),
    ]);
  });

  it.each(['../x.service', '-x', '', 'a/b'])('no file is made for a unit called %j', async (name) => {
    await expect(draftedExposure({ name, text: '', dropIns: [] })).rejects.toThrow(RangeError);
  });
});

describe.skipIf(hiddenByWalls !== '' || noWalls !== undefined)(
  `a server behind these walls${noWalls ? ` (${noWalls})` : hiddenByWalls}`,
  () => {
    describe.each(matrix)('$name', ({ start, product, atLeast }) => {
      const hasAcl = product !== 'redis' || atLeast(6, 0);
      const account = 3100;
      let base: string;
      let walls: Walls;
      let server: RunningServer;
      let talk: Conversation;

      beforeAll(async () => {
        base = mkdtempSync('/run/keyward-sandbox-');
        spawnSync('chmod', ['711', base]);
        const dir = join(base, 'data');
        mkdirSync(dir);
        mkdirSync(join(base, 'other'), { mode: 0o777 });
        spawnSync('chmod', ['777', join(base, 'other')]);
        if (hasAcl) writeFileSync(join(dir, 'users.acl'), 'user default on nopass ~* +@all\n');
        const writes = writtenPaths({ dir, conf: join(dir, 'server.conf') });
        walls = buildWalls(sandboxDropIn({ writes, ports: [6379], modules: false }).text, account);
        const newer = product !== 'redis' || atLeast(7, 0);
        server = await start(
          [
            'appendonly yes',
            ...(hasAcl ? [`aclfile ${join(dir, 'users.acl')}`] : []),
            ...(newer ? ['enable-protected-configs yes'] : []),
          ],
          { dir, within: walls.within },
        );
        talk = await converse(server);
      });
      afterAll(async () => {
        talk?.end();
        await server?.stop();
        walls?.remove();
        rmSync(base, { recursive: true, force: true });
      });

      const text = async (...words: readonly string[]): Promise<string> =>
        JSON.stringify(await talk.ask(...words));
      const info = async (name: string): Promise<string> =>
        new RegExp(`${name}:(\\w+)`).exec(await text('INFO', 'persistence'))?.[1] ?? '';

      it('is shut in: account, no capabilities, seccomp, no new privileges', () => {
        const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
        expect(status).toMatch(/^Uid:\s+3100\s+3100\s+3100/m);
        for (const set of ['CapEff', 'CapPrm', 'CapBnd', 'CapAmb'])
          expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
        expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
        expect(status).toMatch(/^Seccomp:\s+2$/m);
      });

      it('serves, runs scripts, and saves: in the background, in the foreground, its log of changes', async () => {
        expect(await text('SET', 'key', 'value')).toContain('OK');
        expect(await text('EVAL', "return redis.call('GET', KEYS[1])", '1', 'key')).toContain('value');
        expect(await text('SAVE')).toContain('OK');
        await text('BGSAVE');
        await expect.poll(() => info('rdb_bgsave_in_progress')).toBe('0');
        expect(await info('rdb_last_bgsave_status')).toBe('ok');
        await text('BGREWRITEAOF');
        await expect.poll(() => info('aof_rewrite_in_progress')).toBe('0');
        expect(await info('aof_last_bgrewrite_status')).toBe('ok');
        expect(statSync(join(base, 'data/dump.rdb')).mode & 0o077).toBe(0);
      });

      it('rewrites its configuration and its users', async () => {
        expect(await text('CONFIG', 'SET', 'maxmemory', '123mb')).toContain('OK');
        expect(await text('CONFIG', 'REWRITE')).toContain('OK');
        expect(readFileSync(server.configFile, 'utf8')).toMatch(/maxmemory (?:123mb|128974848)/);
        if (!hasAcl) return;
        expect(await text('ACL', 'SETUSER', 'app', 'on', '>x', '~*', '+get')).toContain('OK');
        expect(await text('ACL', 'SAVE')).toContain('OK');
        expect(readFileSync(join(base, 'data/users.acl'), 'utf8')).toContain('user app on');
      });

      it('has files for as many clients as it was promised', async () => {
        expect(await text('CONFIG', 'GET', 'maxclients')).toContain('10000');
      });

      it('writes nowhere else, where the modes would let it', async () => {
        const other = join(base, 'other');
        expect(await text('CONFIG', 'SET', 'dir', other)).toContain('OK');
        expect(await text('SAVE')).not.toContain('OK');
        expect(existsSync(join(other, 'dump.rdb'))).toBe(false);
        expect(await text('CONFIG', 'SET', 'dir', server.dir)).toContain('OK');
        expect(await text('SAVE')).toContain('OK');
      });
    });
  },
);
