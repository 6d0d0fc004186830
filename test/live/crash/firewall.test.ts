/** The rules of a host and the files that they are kept in, with everything going wrong: on a kernel, in a namespace of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../../src/adapters/apply/index.ts';
import type { Place, PlacedFile } from '../../../src/adapters/place/index.ts';
import { apply, settle } from '../../../src/engine/apply/index.ts';
import type { Action, Claim } from '../../../src/model/index.ts';
import { faultPoints, faulty, ofOneServer, type FaultPoint } from '../support/crash/faults.ts';
import { whyNoFirewallHost } from '../support/firewall-host.ts';
import { iptablesTools } from '../support/iptables-tools.ts';
import { nftTool } from '../../../scripts/tools/nft-tools.ts';
import {
  firewalled,
  memoryJournal,
  openRuledHost,
  ruledPlan,
  type RuledHost,
} from '../support/ruled-host.ts';

const why = whyNoFirewallHost();
const iptables = why === undefined ? await iptablesTools() : { missing: why };
const nft = why === undefined ? await nftTool() : { missing: why };
const lacks = 'missing' in iptables ? iptables.missing : 'missing' in nft ? nft.missing : undefined;

/** No server has a part in it: what is killed there changes no rule. */
const points = faultPoints.filter((point) => point === 'unreachable host' || !ofOneServer.has(point));
const options = { patience: 1000, confirmWithin: 60, pid: 1, secretsFile: '/nowhere' };
const part = { node: 'n1', ports: [6379], allow: ['203.0.113.7', '2001:db8:99::7'] } as const;
const saved = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 203.0.113.66/32 -j DROP\nCOMMIT\n';
const table =
  'table inet filter {\n chain input {\n type filter hook input priority 0; policy accept;\n ip saddr 203.0.113.66 drop\n }\n}\n';

interface Ruled {
  readonly backend: 'iptables' | 'nft';
  readonly files: Readonly<Record<string, string>>;
  readonly keeps: readonly Action[];
}

const both: readonly Ruled[] = [
  {
    backend: 'iptables',
    files: { '/etc/iptables/rules.v4': saved },
    keeps: [
      {
        ...part,
        do: 'keep-firewall',
        path: '/etc/iptables/rules.v4',
        words: 'iptables-save',
        backend: 'iptables',
      },
    ],
  },
  {
    backend: 'nft',
    files: { '/etc/nftables.conf': `flush ruleset\n${table}` },
    keeps: [{ ...part, do: 'keep-firewall', path: '/etc/nftables.conf', words: 'nft', backend: 'nft' }],
  },
];

const proves: readonly Claim[] = [
  { claim: 'firewall-allows', node: 'n1', port: 6379, source: '203.0.113.7', allowed: true },
  {
    claim: 'firewall-allows',
    node: 'n1',
    port: 6379,
    source: '0.0.0.0/0',
    except: part.allow,
    allowed: false,
  },
];

/** Files in memory, programs in the namespace; a disk that takes nothing, and a way there that may be cut. */
function hostOf(host: RuledHost, files: Map<string, PlacedFile>) {
  const state = { disk: undefined as string | undefined, away: false };
  const there = async (): Promise<void> => {
    if (state.away) throw new Error('no route to host');
  };
  const place: Place = {
    name: 'here',
    run: async (argv, { input }) => {
      await there();
      try {
        return { code: 0, stdout: host.run(argv, input?.toString('utf8')), stderr: '' };
      } catch (error) {
        return { code: 1, stdout: '', stderr: error instanceof Error ? error.message : '' };
      }
    },
    read: async (path) => {
      await there();
      return files.get(path);
    },
    write: async (path, file) => {
      await there();
      if (state.disk !== undefined) throw new Error(state.disk);
      files.set(path, file);
    },
    link: async () => undefined,
    remove: async (path) => void files.delete(path),
    access: async () => ({ mode: 0o755, uid: 0, gid: 0 }),
    setAccess: async () => {},
    account: async () => undefined,
    group: async () => undefined,
    close: async () => {},
  };
  return {
    world: () =>
      createWorld({
        nodes: [firewalled],
        login: {},
        tls: { insecure: false },
        secrets: new Map(),
        timeout: 3000,
        place: () => place,
      }),
    machine: {
      fillDisk: () => (state.disk = 'no space left on device'),
      emptyDisk: () => (state.disk = undefined),
      readOnly: (on: boolean) => (state.disk = on ? 'read-only file system' : undefined),
      freeze: (on: boolean) => (state.away = on),
      kill: async () => {},
    },
  };
}

const inMemory = (files: Ruled['files']): Map<string, PlacedFile> =>
  new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { bytes: Buffer.from(text), mode: 0o640, uid: 0, gid: 0 },
    ]),
  );

describe.skipIf(lacks !== undefined)(
  `rules that are changed with everything going wrong${lacks ? ` (${lacks})` : ''}`,
  () => {
    let host: RuledHost;
    beforeAll(async () => {
      if ('missing' in iptables || 'missing' in nft) return;
      host = await openRuledHost(`kwc${process.pid}`, iptables, nft, 'nft');
    }, 60_000);
    afterAll(() => host?.close());

    it.each(both)(
      '$backend: the old rules or the new ones, never others',
      { timeout: 240_000 },
      async (ruled) => {
        host.run(['nft', 'flush', 'ruleset']);
        if (ruled.backend === 'nft') host.run(['nft', '-f', '-'], table);
        else {
          host.run(['iptables-restore'], saved);
          // Beside it, though empty: a first look at it makes it.
          host.run(['ip6tables-restore'], '*filter\n:INPUT ACCEPT\nCOMMIT\n');
        }
        const files = inMemory(ruled.files);
        const { world, machine } = hostOf(host, files);
        const look = (): readonly string[] => [
          host.run(['nft', 'list', 'ruleset']).replaceAll(/counter packets \d+ bytes \d+/g, 'counter'),
          ...[...files.values()].map(({ bytes }) => bytes.toString()),
        ];
        const plan = ruledPlan(
          [{ ...part, do: 'set-firewall', backend: ruled.backend }, ...ruled.keeps],
          proves,
        );
        const takenBack = async (journal: ReturnType<typeof memoryJournal>): Promise<void> => {
          expect(await settle(journal.entries, world(), journal, { takeBack: 'test' })).toMatchObject({
            kind: 'undone',
          });
        };
        const old = look();
        const clean = memoryJournal();
        expect(await apply(plan, world(), clean, options)).toMatchObject({ kind: 'applied' });
        const target = look();
        expect(target).not.toEqual(old);
        await takenBack(clean);
        expect(look()).toEqual(old);
        const ends = new Set<string>();
        for (const at of [1, 2])
          for (const point of points) {
            const where = `${point} at ${at}`;
            const ended = await oneCase(point, at);
            const now = look();
            ends.add(ended.kind);
            if (ended.kind === 'applied') {
              expect(now, where).toEqual(target);
              await takenBack(ended.journal);
            } else {
              expect(ended.kind, where).toBe('undone');
            }
            expect(look(), where).toEqual(old);
          }
        expect([...ends]).toContain('undone');

        async function oneCase(point: FaultPoint, at: number) {
          const fault = faulty(world(), { point, at, machine });
          const outcome = await apply(plan, fault.world, fault.journal, options);
          fault.mend();
          await fault.settled();
          const journal = memoryJournal();
          journal.entries.push(...fault.entries);
          const kind = fault.died() ? 'died' : outcome.kind;
          if (kind !== 'died' && kind !== 'stuck') return { kind, journal };
          return { kind: (await settle(journal.entries, world(), journal)).kind, journal };
        }
      },
    );
  },
);
