/** `keyward lab` as a person runs it: what it shows, and that it leaves nothing behind however it ends. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownNamespaces } from '../../src/apps/lab/hosts/namespaces.ts';
import { sweep } from '../../src/apps/lab/place.ts';
import { width } from '../../src/lang/text/index.ts';
import { iptablesTools } from '../live/support/iptables-tools.ts';
import { nftTool } from '../../scripts/tools/nft-tools.ts';
import { serversDirectory } from '../live/support/servers.ts';
import { keyward, program, type How } from './keyward.ts';

const tools = join(import.meta.dirname, '../../.cache/tools');
const folder = mkdtempSync(join(tmpdir(), 'keyward-lab-tests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = await ownNamespaces();
if ('why' in own) console.warn(`the lab has no hosts around its server here: ${own.why}`);
const nft = await nftTool();
const closes = !('why' in own) && !('missing' in nft);
/** Milliseconds; a run takes a few seconds where nobody else is at work. */
const patience = 90_000;

/** Whoever was started from there: its servers, Keyward itself and its watchdog inherit the folder's name. */
const processes = (dir: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return ['environ', 'cmdline'].some((file) =>
          readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(dir),
        );
      } catch {
        return false;
      }
    });

interface Places {
  readonly place: string;
  readonly tmp: string;
  readonly env: Readonly<Record<string, string>>;
}

const inPlaces = (): Places => {
  const place = mkdtempSync(join(folder, 'run-'));
  const tmp = join(place, 'tmp');
  mkdirSync(tmp);
  mkdirSync(join(place, 'home'));
  const env = {
    TMPDIR: tmp,
    HOME: join(place, 'home'),
    NODE_COMPILE_CACHE: '',
    KEYWARD_SERVERS: serversDirectory,
    KEYWARD_TOOLS: tools,
  };
  return { place, tmp, env };
};

const expectNothingLeft = async ({ place, tmp }: Places): Promise<void> => {
  // The watchdog looks a few times a second whether there is still something to watch.
  await expect.poll(() => processes(place), { timeout: 10_000 }).toEqual([]);
  expect(readdirSync(tmp)).toEqual([]);
  expect(existsSync(join(place, 'home/.local'))).toBe(false);
};

const lab = (places: Places, args: readonly string[] = [], how: How = {}) =>
  keyward(['lab', ...args], { patience, ...how, env: { ...places.env, ...how.env } });

/** Starts it, ends it by this signal at that moment, and says how it ended. */
async function endedBy(signal: NodeJS.Signals, moment: RegExp, { env }: Places) {
  const [node = '', main = ''] = program;
  const child = spawn(node, [main, 'lab'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((done) => {
    child.once('exit', (code, by) => done([code, by]));
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  while (!moment.test(said) && child.exitCode === null) await wait(5);
  child.kill(signal);
  expect(await ended).toEqual([null, signal]);
  expect(said).not.toMatch(/\n\s+at /);
}

/** Rows of the picture: the address, and what became of it before and after. */
const rowsOf = (out: string): readonly string[] =>
  [...out.matchAll(/^.{15}([\da-f.:]+) +(open|closed)(.*)$/gm)].map(([, address, port, rest = '']) =>
    [address, port, ...rest.trim().split(/ {2,}/)].join(' '),
  );

const before = 'open GET INFO CONFIG';
/** Everybody gets in before; then only the application and the host itself come to the port, and not without a login. */
const closed = [
  ...['127.0.0.1', '::1', '10.0.0.5', 'fd00:77::5'].map(
    (address) => `${address} ${before} open nothing: NOAUTH`,
  ),
  '10.0.0.5 open GET INFO',
  'fd00:77::5 open GET INFO',
  ...['10.0.0.66', 'fd00:77::66', '172.17.0.2', 'fd17::2', '198.51.100.7', '2001:db8:2::7'].map(
    (address) => `${address} ${before} closed`,
  ),
];

describe.skipIf(!existsSync('/proc'))('the lab', { timeout: patience + 20_000 }, () => {
  it.each([
    ['at once', /starting/],
    ['while it waits for the application', /waits/],
    ...(process.env['KEYWARD_DEEP']
      ? ([
          ['while its network is made', /on a host of its own|application talks/],
          ['in the middle of the plan', /s2 done/],
          ['before the confirmation', /confirm/],
        ] as const)
      : []),
  ] as const)('leaves nothing behind when it is interrupted %s', async (_, moment) => {
    const places = inPlaces();
    await endedBy('SIGINT', moment, places);
    await expectNothingLeft(places);
  });

  it.skipIf('why' in own)('leaves an empty folder when it is killed, which the next run sweeps', async () => {
    const places = inPlaces();
    await endedBy('SIGKILL', /application talks/, places);
    await expect.poll(() => processes(places.place), { timeout: 10_000 }).toEqual([]);
    const [left = '', ...more] = readdirSync(places.tmp);
    expect(more).toEqual([]);
    expect(readdirSync(join(places.tmp, left))).toEqual(['numbering']);
    const living = mkdtempSync(join(places.tmp, `keyward-lab-${process.pid}-`));
    sweep(places.tmp);
    expect(readdirSync(places.tmp).map((name) => join(places.tmp, name))).toEqual([living]);
  });

  it('goes the whole way, loses no request of the application, and removes everything', async () => {
    const places = inPlaces();
    const { code, out, err } = await lab(places);
    expect([code, err]).toEqual([0, expect.stringMatching(/stopped and removed\n$/)]);
    expect(err).toMatch(/audit\n[\s\S]*plan[\s\S]*apply[\s\S]*confirm[\s\S]*prove[\s\S]*audit again\n/);
    const [, requests] = /sent (\d+) requests all the while: 0 lost/.exec(out) ?? [];
    expect(Number(requests)).toBeGreaterThan(100);
    expect(out).toMatch(/claims hold, 0 do not\n/);
    expect(out).toMatch(/before\s+after\n\s+verdict\s+exposed\s+(weak|sound)\n/);
    expect(out).toMatch(/need no login\s+[1-9]\d*\s+0\n/);
    expect(out).toMatch(/findings: critical\s+[1-9]\d*\s+0\n/);
    expect(Math.max(...out.split('\n').map((line) => width(line)))).toBeLessThanOrEqual(80);
    expect(out.split('\n').length).toBeLessThan(120);
    if (closes) {
      expect(rowsOf(out)).toEqual(closed);
      expect(out).toMatch(/tried again by 4 hosts around it, over the network: \d+ claims hold, 0 do not\n/);
      // What the audit computes from interfaces, routes and rules is what those hosts found.
      const [, after = ''] = out.split('── AFTER');
      expect(after).toMatch(/^10\.0\.0\.5 \(10\.0\.0\.10:6379\); fd00:77::5 \(\[fd00:77::10\]:6379\);/m);
    }
    await expectNothingLeft(places);
  });

  it('shows both audits, the plan and the proof whole when asked', async () => {
    // Without the programs that make networks it says so, and plays on loopback.
    const { code, out, err } = await lab(inPlaces(), ['-v'], { env: { PATH: '/none' } });
    expect([code, err]).toEqual([0, expect.stringMatching(/left out: the hosts .*no unshare here/)]);
    const parts = [
      'WHO CAN DO WHAT\n',
      'WHO USES IT NOW',
      '+user default off',
      'TRIED FROM OUTSIDE',
      'SIDE BY SIDE',
    ];
    const places = parts.map((words) => out.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(out.split('\n').length).toBeGreaterThan(200);
  });
});

describe.skipIf('why' in own || !process.env['KEYWARD_DEEP'])(
  'the lab on other machines',
  { timeout: patience + 20_000 },
  () => {
    beforeAll(async () => {
      const tables = await iptablesTools();
      if ('missing' in tables) console.warn(`skipped: ${tables.missing}`);
    });

    it('closes the port by iptables where there is no nft', async () => {
      const places = inPlaces();
      const only = join(places.place, 'tools');
      mkdirSync(only);
      symlinkSync(join(tools, 'iptables'), join(only, 'iptables'));
      const { code, out, err } = await lab(places, [], { env: { KEYWARD_TOOLS: only } });
      expect([code, err]).toEqual([0, expect.stringMatching(/6379 \(iptables\)/)]);
      expect(rowsOf(out)).toEqual(closed);
      await expectNothingLeft(places);
    });

    it('closes the logins alone where there is neither', async () => {
      const places = inPlaces();
      const { code, out, err } = await lab(places, [], { env: { KEYWARD_TOOLS: '/none' } });
      expect([code, err]).toEqual([0, expect.stringMatching(/left out: the firewall .*neither nft nor/)]);
      expect(rowsOf(out)).toContain(`198.51.100.7 ${before} open nothing: NOAUTH`);
    });
  },
);
