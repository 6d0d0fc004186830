/** Our rules beside those of others, on a real kernel: packets before, after, and once they are taken back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { apply, settle } from '../../../src/engine/apply/index.ts';
import { complement, fromCidr, intersect, isEmpty, toRanges } from '../../../src/lang/packets/index.ts';
import type { Action, Claim, FirewallBackend } from '../../../src/model/index.ts';
import { container, hostAddresses, whyNoFirewallHost } from '../support/firewall-host.ts';
import { iptablesTools } from '../support/iptables-tools.ts';
import { nftTool } from '../../../scripts/tools/nft-tools.ts';
import { memoryJournal, openRuledHost, ruledPlan, type RuledHost } from '../support/ruled-host.ts';

const why = whyNoFirewallHost();
const iptables = why === undefined ? await iptablesTools() : { missing: why };
const nft = why === undefined ? await nftTool() : { missing: why };
const lacks = 'missing' in iptables ? iptables.missing : 'missing' in nft ? nft.missing : undefined;

const [four, six] = [hostAddresses.eth0.four, hostAddresses.eth0.six];
const friends = ['203.0.113.7', '10.255.255.255', '2001:db8:99::7'];
const strangers = ['203.0.113.6', '203.0.113.8', '11.0.0.0', '2001:db8:99::8', '2001:db8:98:ffff::1'];
const allow = ['203.0.113.7', '10.0.0.0/8', '2001:db8:99::7/128'];
const ports = [6379, 6390];
const runs = process.env['KEYWARD_DEEP'] ? 200 : 3;
/** Addresses that a host of the world can have: no loopback, none of our own networks, no multicast. */
const usable = (address: string): boolean =>
  address.includes(':')
    ? /^[23]/.test(address) && !address.startsWith('2001:db8:5')
    : !/^(?:0|127|172|198|22[4-9]|2[345]\d)\./.test(address);
const options = { patience: 1000, confirmWithin: 60, pid: 1, secretsFile: '/nowhere' };

const foreign = (family: 'four' | 'six'): string =>
  [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':DOCKER-USER - [0:0]',
    ':f2b-sshd - [0:0]',
    '-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd',
    `-A INPUT -s ${family === 'four' ? '203.0.113.66/32' : '2001:db8:66::/64'} -j DROP`,
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -d 0.0.0.0/0 -j ACCEPT'.replace(' -d 0.0.0.0/0', ''),
    '-A DOCKER-USER -j RETURN',
    '-A f2b-sshd -j RETURN',
    'COMMIT',
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    `-A PREROUTING -p tcp -m tcp --dport 8379 -j DNAT --to-destination ${family === 'four' ? `${container.four}:6379` : `[${container.six}]:6379`}`,
    'COMMIT',
    '',
  ].join('\n');
const nothing = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n*nat\nCOMMIT\n';

const proofs = (port: number): readonly Claim[] => [
  ...friends.map((source): Claim => ({ claim: 'firewall-allows', node: 'n1', port, source, allowed: true })),
  ...['0.0.0.0/0', '::/0'].map((source): Claim => ({
    claim: 'firewall-allows',
    node: 'n1',
    port,
    source,
    except: allow,
    allowed: false,
  })),
];

for (const flavour of ['nft', 'legacy'] as const) {
  // nftables is one, whichever iptables stands beside it.
  const backends = flavour === 'nft' ? (['iptables', 'nft'] as const) : (['iptables'] as const);
  describe.skipIf(lacks !== undefined)(
    `rules of ours, iptables over ${flavour}${lacks ? ` (${lacks})` : ''}`,
    () => {
      let host: RuledHost;
      beforeAll(async () => {
        if ('missing' in iptables || 'missing' in nft) return;
        host = await openRuledHost(`kwa${process.pid}${flavour[0]}`, iptables, nft, flavour);
        host.network.comeInBy('eth0');
      }, 60_000);
      afterAll(() => host?.close());
      afterEach(() => {
        host.before.change = () => {};
        host.run(['nft', 'flush', 'ruleset']);
        host.run(['iptables-restore'], nothing);
        host.run(['ip6tables-restore'], nothing);
      });

      const reached = async (from: 'world' | 'lo', sources: readonly string[], port = 6379) => {
        let open = sources.map(() => false);
        // A packet that is let through may be late on a busy machine; one that is dropped never comes.
        for (const patience of [120, 600]) {
          const late = [...open.keys()].filter((index) => !open[index]);
          const probes = late.map((index) => {
            const source = sources[index] ?? '';
            return { source, destination: from === 'lo' ? source : source.includes(':') ? six : four, port };
          });
          const answers = await host.network.probe(from, probes, patience);
          open = open.map((was, index) => was || answers[late.indexOf(index)]?.open === true);
        }
        return open;
      };
      const all = (some: readonly string[], open: boolean) => some.map(() => open);
      const rulesNow = (): string =>
        ['iptables-save', 'ip6tables-save']
          .map((program) => host.run([program]))
          .join('\n')
          .split('\n')
          .filter((line) => !line.startsWith('#'))
          .map((line) => line.replace(/\[\d+:\d+\]/, '[0:0]'))
          .join('\n');
      const nftNow = (): string =>
        host.run(['nft', 'list', 'ruleset']).replaceAll(/counter packets \d+ bytes \d+/g, 'counter');
      const load = (): void => {
        host.run(['iptables-restore'], foreign('four'));
        host.run(['ip6tables-restore'], foreign('six'));
      };
      const loadNft = (): void => {
        host.run(
          ['nft', '-f', '-'],
          'table inet filter {\n chain input {\n type filter hook input priority 0; policy accept;\n ip saddr 203.0.113.66 drop\n }\n}\n',
        );
      };
      const loaded = (backend: FirewallBackend): void => (backend === 'nft' ? loadNft() : load());
      const setting = (backend: FirewallBackend): Action => ({
        do: 'set-firewall',
        node: 'n1',
        backend,
        ports: backend === 'docker-user' ? [8379] : ports,
        allow,
      });

      for (const backend of backends)
        it(`${backend}: closes both families to strangers, and gives everything back`, async () => {
          loaded(backend);
          const before = [rulesNow(), nftNow()];
          expect(await reached('world', [...friends, ...strangers])).toEqual(
            all([...friends, ...strangers], true),
          );
          const world = host.world();
          const journal = memoryJournal();
          const plan = ruledPlan([setting(backend)], proofs(6379));
          expect(await apply(plan, world, journal, options)).toMatchObject({ kind: 'applied' });
          expect(await reached('world', friends)).toEqual(all(friends, true));
          expect(await reached('world', strangers)).toEqual(all(strangers, false));
          // Other ports, and this host itself, are as they were.
          expect(await reached('world', strangers, 6380)).toEqual(all(strangers, true));
          expect(await reached('world', strangers, 22)).toEqual(all(strangers, true));
          expect(await reached('lo', ['127.0.0.1', '::1', four, six])).toEqual([true, true, true, true]);
          // What others refuse stays refused: we only take away.
          expect(await reached('world', ['203.0.113.66'])).toEqual([false]);
          const once = [rulesNow(), nftNow()];
          await world.perform(setting(backend));
          expect([rulesNow(), nftNow()]).toEqual(once);
          const others = (text = ''): string =>
            text
              .split('\n')
              .filter((line) => !line.includes('KEYWARD'))
              .join('\n');
          if (backend === 'iptables') expect(others(once[0])).toBe(before[0]);
          else expect(once[1]?.startsWith(before[1] ?? '')).toBe(true);
          expect(await settle(journal.entries, world, journal, { takeBack: 'test' })).toMatchObject({
            kind: 'undone',
          });
          expect([rulesNow(), nftNow()]).toEqual(before);
          expect(await reached('world', strangers)).toEqual(all(strangers, true));
          await world.close();
        }, 60_000);

      it('iptables: a rule that somebody adds in between stays, before ours and behind', async () => {
        load();
        const world = host.world();
        const journal = memoryJournal();
        await apply(ruledPlan([setting('iptables')], []), world, journal, options);
        const theirs =
          '*filter\n-I INPUT 1 -s 192.0.2.9/32 -j DROP\n-A INPUT -s 192.0.2.10/32 -j DROP\nCOMMIT\n';
        host.run(['iptables-restore', '--noflush'], theirs);
        expect(await settle(journal.entries, world, journal, { takeBack: 'test' })).toMatchObject({
          kind: 'undone',
        });
        const after = rulesNow();
        expect(after).not.toContain('KEYWARD');
        expect(after).toContain('-A INPUT -s 192.0.2.9/32 -j DROP\n');
        expect(after).toContain('-A INPUT -s 192.0.2.10/32 -j DROP\n');
        await world.close();
      });

      it('iptables: what was ours before comes back at its place', async () => {
        load();
        const world = host.world();
        await world.perform({ ...setting('iptables'), allow: ['192.0.2.0/24'] } as Action);
        host.run(['iptables-restore', '--noflush'], '*filter\n-I INPUT 1 -s 192.0.2.9/32 -j DROP\nCOMMIT\n');
        const before = rulesNow();
        const journal = memoryJournal();
        await apply(ruledPlan([setting('iptables')], proofs(6379)), world, journal, options);
        expect(rulesNow()).not.toBe(before);
        await settle(journal.entries, world, journal, { takeBack: 'test' });
        expect(rulesNow()).toBe(before);
        await world.close();
      });

      for (const backend of backends)
        it(`${backend}: killed before and after each change of rules, it is settled to what was before`, async () => {
          loaded(backend);
          const before = [rulesNow(), nftNow()];
          for (const at of [1, 2]) {
            const journal = memoryJournal();
            let changes = 0;
            let dead = false;
            host.before.change = () => {
              if (++changes === at) dead = true;
              if (dead) throw new Error('killed');
            };
            const sink = {
              append: async (entry: Parameters<typeof journal.append>[0]) => {
                if (dead) throw new Error('killed');
                await journal.append(entry);
              },
            };
            const world = host.world();
            // Its proof cannot hold, so that it changes rules again on the way back.
            const proves: readonly Claim[] = [
              { claim: 'firewall-allows', node: 'n1', port: 6379, source: '203.0.113.6', allowed: true },
            ];
            await apply(ruledPlan([setting(backend)], proves), world, sink, options).catch(() => {});
            expect(dead).toBe(true);
            host.before.change = () => {};
            expect(await settle(journal.entries, host.world(), journal)).toMatchObject({ kind: 'undone' });
            expect([rulesNow(), nftNow()]).toEqual(before);
            await world.close();
          }
        }, 60_000);

      it('a wrong rule is proved wrong, and comes back by itself', async () => {
        load();
        const before = rulesNow();
        const world = host.world();
        const proves: readonly Claim[] = [
          { claim: 'firewall-allows', node: 'n1', port: 6379, source: '198.51.100.4', allowed: true },
        ];
        expect(
          await apply(ruledPlan([setting('iptables')], proves), world, memoryJournal(), options),
        ).toMatchObject({
          kind: 'undone',
          why: expect.stringContaining('KEYWARD-6379'),
        });
        expect(rulesNow()).toBe(before);
        await world.close();
      });

      for (const backend of backends)
        it(`${backend}: whoever is named, at each edge of each network, is whom the kernel lets in`, async () => {
          const network = (bits: number) => (address: string) =>
            fc.integer({ min: 2, max: bits }).map((prefix) => `${address}/${prefix}`);
          const group = fc.integer({ min: 0, max: 0xffff }).map((one) => one.toString(16));
          const six = fc
            .array(group, { minLength: 7, maxLength: 7 })
            .map((groups) => `2a01:${groups.join(':')}`);
          const named = fc.array(fc.oneof(fc.ipV4().chain(network(32)), six.chain(network(128))), {
            minLength: 1,
            maxLength: 5,
          });
          let tried = 0;
          await fc.assert(
            fc.asyncProperty(named, async (some) => {
              const world = host.world();
              await world.perform({ ...setting(backend), allow: some } as Action);
              const edges = some.flatMap((text) => {
                const set = fromCidr(text);
                if (!set) return [];
                const ends = toRanges(set).flat();
                const all = toRanges(complement(set)).flat();
                return [...ends, ...all.slice(1, 3)];
              });
              const sources = [...new Set(edges)].filter(usable);
              const wanted = sources.map((source) =>
                some.some((text) => {
                  const [set, one] = [fromCidr(text), fromCidr(source)];
                  return set && one && set.family === one.family && !isEmpty(intersect(set, one));
                }),
              );
              tried += sources.length;
              expect(await reached('world', sources), sources.join(' ')).toEqual(wanted);
              await world.close();
            }),
            { numRuns: runs, endOnFailure: true },
          );
          expect(tried).toBeGreaterThan(runs * 2);
        }, 600_000);

      it('a port that Docker publishes is closed where Docker looks first', async () => {
        load();
        const before = rulesNow();
        expect(await reached('world', [...friends, ...strangers], 8379)).toEqual(
          all([...friends, ...strangers], true),
        );
        const world = host.world();
        const journal = memoryJournal();
        const plan = ruledPlan([setting('docker-user')], proofs(8379));
        expect(await apply(plan, world, journal, options)).toMatchObject({ kind: 'applied' });
        expect(await reached('world', friends, 8379)).toEqual(all(friends, true));
        expect(await reached('world', strangers, 8379)).toEqual(all(strangers, false));
        expect(await reached('world', strangers)).toEqual(all(strangers, true));
        await settle(journal.entries, world, journal, { takeBack: 'test' });
        expect(rulesNow()).toBe(before);
        await world.close();
      }, 60_000);

      for (const backend of backends)
        it(`${backend}: connections of strangers that are there stay`, async () => {
          loaded(backend);
          const [first, ...inside] = host.network.inside;
          const children: ChildProcess[] = [];
          const run = (words: readonly string[]): ChildProcess => {
            const child = spawn(first, words, { stdio: ['pipe', 'pipe', 'inherit'] });
            children.push(child);
            return child;
          };
          try {
            const server = run([
              ...inside,
              process.execPath,
              '-e',
              `require('node:net').createServer((s) => s.pipe(s)).listen(6390, () => console.log('ready'))`,
            ]);
            await once(server.stdout!, 'data');
            const outside = inside.map((word) => (word.endsWith('h') ? `${word.slice(0, -1)}w` : word));
            const client = run([
              ...outside,
              process.execPath,
              '-e',
              `const s = require('node:net').connect({ host: '${four}', port: 6390, localAddress: '203.0.113.6' }); process.stdin.pipe(s).pipe(process.stdout)`,
            ]);
            const echoed = async (text: string): Promise<string> => {
              const back = once(client.stdout!, 'data');
              client.stdin!.write(text);
              return String(await Promise.race([back, wait(5000, 'nothing')]));
            };
            expect(await echoed('before')).toBe('before');
            const world = host.world();
            await world.perform(setting(backend));
            expect(await reached('world', ['203.0.113.6'], 6390)).toEqual([false]);
            expect(await echoed('after')).toBe('after');
            await world.close();
          } finally {
            for (const child of children) child.kill('SIGKILL');
          }
        }, 60_000);

      it('what is kept for the next start is loaded by the program that reads it', async () => {
        const saved = `# by hand\n${foreign('four')}`;
        host.put('/etc/iptables/rules.v4', saved);
        const conf = '#!/usr/sbin/nft -f\n\nflush ruleset\n\ntable inet filter {\n}\n';
        host.put('/etc/nftables.conf', conf);
        const keeping = { do: 'keep-firewall', node: 'n1', ports, allow } as const;
        const does: readonly Action[] = [
          { ...keeping, path: '/etc/iptables/rules.v4', words: 'iptables-save', backend: 'iptables' },
          { ...keeping, path: '/etc/iptables/rules.v6', words: 'ip6tables-save', backend: 'iptables' },
          { ...keeping, path: '/etc/nftables.conf', words: 'nft', backend: 'nft' },
        ];
        const world = host.world();
        const journal = memoryJournal();
        await apply(ruledPlan(does, []), world, journal, options);
        const texts = does.map((one) => ('path' in one ? (host.file(one.path) ?? '') : ''));
        for (const one of does) await world.perform(one);
        expect(does.map((one) => ('path' in one ? host.file(one.path) : ''))).toEqual(texts);
        expect(
          texts[0]
            ?.split('\n')
            .filter((line) => !line.includes('KEYWARD'))
            .join('\n'),
        ).toBe(saved);
        host.run(['iptables-restore'], texts[0]);
        host.run(['ip6tables-restore'], texts[1]);
        expect(await reached('world', friends)).toEqual(all(friends, true));
        expect(await reached('world', strangers)).toEqual(all(strangers, false));
        host.run(['iptables-restore'], nothing);
        host.run(['ip6tables-restore'], nothing);
        host.run(['nft', '-f', '-'], texts[2]);
        host.run(['nft', '-f', '-'], texts[2]);
        expect(await reached('world', friends)).toEqual(all(friends, true));
        expect(await reached('world', strangers)).toEqual(all(strangers, false));
        // Somebody saves a rule of his own in between.
        const theirs = '-A INPUT -s 192.0.2.77/32 -j DROP\n';
        host.put('/etc/nftables.conf', `${texts[2]}# theirs\n`);
        host.put('/etc/iptables/rules.v4', (texts[0] ?? '').replace(/COMMIT\n/, `${theirs}COMMIT\n`));
        expect(await settle(journal.entries, world, journal, { takeBack: 'test' })).toMatchObject({
          kind: 'undone',
        });
        expect(host.file('/etc/iptables/rules.v4')).toBe(saved.replace(/COMMIT\n/, `${theirs}COMMIT\n`));
        expect(host.file('/etc/iptables/rules.v6')).toBeUndefined();
        expect(host.file('/etc/nftables.conf')).toBe(`${conf}# theirs\n`);
        await world.close();
      }, 60_000);
    },
  );
}
