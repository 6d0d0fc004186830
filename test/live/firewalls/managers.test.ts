/** Hosts that ufw or firewalld manages: the real programs, and packets before, after, after their reload, and after undo. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeSaved } from '../../../src/catalog/firewalls/print/index.ts';
import {
  firewallInput,
  firewallScript,
  keepInput,
  keepScript,
} from '../../../src/catalog/renderings/parts/firewall-script.ts';
import { listener } from '../../../src/catalog/example-facts.ts';
import { apply, settle } from '../../../src/engine/apply/index.ts';
import { planFirewall } from '../../../src/engine/plan/firewall.ts';
import { subject } from '../../../src/engine/plan/subjects-of-tests.ts';
import type { FirewallFacts, FirewallText, Step } from '../../../src/model/index.ts';
import { container, hostAddresses, whyNoFirewallHost } from '../support/firewall-host.ts';
import { managerTools, openManagedHost, type Manager } from '../support/managed-host.ts';
import { memoryJournal, ruledPlan, type RuledHost } from '../support/ruled-host.ts';

const why = whyNoFirewallHost();
const tools = why === undefined ? await managerTools() : { missing: why };
const lacks = 'missing' in tools ? tools.missing : undefined;

const [four, six] = [hostAddresses.eth0.four, hostAddresses.eth0.six];
const friends = ['203.0.113.7', '10.255.255.255', '2001:db8:99::7'];
/** The first is a neighbour on the host's own network. */
const strangers = ['198.18.0.2', '203.0.113.6', '11.0.0.0', '2001:db8:99::8'];
/** Refused by somebody's own rule before ours, though among the allowed. */
const banned = '10.66.0.66';
const allow = ['203.0.113.7', '10.0.0.0/8', '2001:db8:99::7/128'];
const deep = process.env['KEYWARD_DEEP'] !== undefined;
const options = { patience: 1000, confirmWithin: 60, pid: 1, secretsFile: '/nowhere' };

interface Managed {
  /** Rules of others, as their people type them. */
  readonly theirs: readonly (readonly string[])[];
  readonly reload: readonly string[];
  /** Somebody changes a rule of his own by the program itself. */
  readonly change: readonly string[];
  readonly undoChange: readonly string[];
  readonly files: readonly string[];
  /** What people are shown of our rules. */
  readonly shown: readonly string[];
}

const managed: Readonly<Record<Manager, Managed>> = {
  ufw: {
    theirs: [
      ['ufw', 'deny', 'from', banned],
      ['ufw', 'allow', '22/tcp'],
      ['ufw', 'limit', '6380/tcp'],
      ['ufw', 'allow', 'proto', 'tcp', 'from', '10.0.0.0/8', 'to', 'any', 'port', '6379'],
      ['ufw', 'allow', '6379'],
      ['ufw', 'allow', '6380/tcp'],
    ],
    reload: ['ufw', 'reload'],
    change: ['ufw', 'allow', '9999/tcp'],
    undoChange: ['ufw', 'delete', 'allow', '9999/tcp'],
    files: ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'],
    shown: ['ufw', 'status'],
  },
  firewalld: {
    theirs: [
      ['firewall-cmd', '--permanent', '--add-port=6379/tcp', '--add-port=6380/tcp'],
      ['firewall-cmd', '--permanent', '--zone=internal', '--add-source=203.0.113.0/24'],
      ['firewall-cmd', '--permanent', '--zone=internal', '--add-port=6379/tcp'],
      [
        'firewall-cmd',
        '--permanent',
        `--add-rich-rule=rule priority="-32768" family="ipv4" source address="${banned}" drop`,
      ],
      ['firewall-cmd', '--reload'],
      // Somebody has not made it last: it must stay all the same.
      ['firewall-cmd', '--add-port=7777/tcp'],
    ],
    reload: ['firewall-cmd', '--reload'],
    change: ['firewall-cmd', '--permanent', '--add-port=9999/tcp'],
    undoChange: ['firewall-cmd', '--permanent', '--remove-port=9999/tcp'],
    files: ['/etc/firewalld/zones/public.xml', '/etc/firewalld/zones/internal.xml'],
    shown: ['firewall-cmd', '--list-rich-rules'],
  },
};

for (const manager of ['ufw', 'firewalld'] as const)
  describe.skipIf(lacks !== undefined)(`a host that ${manager} manages${lacks ? ` (${lacks})` : ''}`, () => {
    const { theirs, reload, change, undoChange, files, shown } = managed[manager];
    let host: RuledHost;
    let before: readonly unknown[];
    beforeAll(async () => {
      if ('missing' in tools) return;
      host = await openManagedHost(`kwm${process.pid}${manager[0]}`, manager, tools);
      host.network.comeInBy('eth0');
      for (const words of theirs) host.run(words);
      before = state();
    }, 120_000);
    afterAll(() => host?.close());

    /** All that the kernel holds, and all that is kept. */
    const state = (): readonly unknown[] => [
      ...(manager === 'ufw'
        ? [host.run(['iptables-save']), host.run(['ip6tables-save'])].map((text) =>
            text.replaceAll(/^#.*\n|\[\d+:\d+\]/gm, ''),
          )
        : [host.run(['firewall-cmd', '--list-all-zones'])]),
      ...files.map((path) => host.file(path)),
    ];
    const reached = async (sources: readonly string[], port = 6379): Promise<readonly boolean[]> => {
      let open = sources.map(() => false);
      for (const patience of [150, 800]) {
        const late = [...open.keys()].filter((index) => !open[index]);
        const probes = late.map((index) => {
          const source = sources[index] ?? '';
          return { source, destination: source.includes(':') ? six : four, port };
        });
        const answers = await host.network.probe('world', probes, patience);
        open = open.map((was, index) => was || answers[late.indexOf(index)]?.open === true);
      }
      return open;
    };
    const reachedFrom = async (from: 'behind' | 'lo', destinations: readonly string[]) => {
      const probes = destinations.map((destination) => {
        const own = destination.includes(':') ? container.six : container.four;
        return { source: from === 'lo' ? destination : own, destination, port: 6379 };
      });
      return (await host.network.probe(from, probes, 800)).map(({ open }) => open);
    };
    /** firewalld looks at its files a few seconds after they have changed, and would write over them before. */
    const taken = async (holds: (text: string) => boolean): Promise<void> => {
      if (manager !== 'firewalld') return;
      const permanent = ['firewall-cmd', '--permanent', '--list-rich-rules'];
      const until = Date.now() + 60_000;
      while (!holds(host.run(permanent)) && Date.now() < until) await wait(500);
    };
    const all = (some: readonly string[], open: boolean) => some.map(() => open);
    const onlyFriends = async (): Promise<void> => {
      expect(await reached([...friends, ...strangers, banned])).toEqual([
        ...all(friends, true),
        ...all([...strangers, banned], false),
      ]);
      // Out of a container's network, and from the host itself.
      expect(await reachedFrom('behind', ['172.17.0.1', 'fd17::1'])).toEqual([false, false]);
      expect(await reachedFrom('lo', [four, six, '127.0.0.1', '::1'])).toEqual([true, true, true, true]);
      // Who is logged in, and who will be.
      expect(await reached(strangers, 22)).toEqual(all(strangers, true));
      expect(await reached(['203.0.113.6', '11.0.0.0'], 6380)).toEqual(
        manager === 'ufw' ? [true, true] : [false, true],
      );
    };

    const facts = (): FirewallFacts => {
      const rules: readonly FirewallText[] = [
        ...(['iptables-save', 'ip6tables-save'] as const).map((words) => ({
          words,
          from: words,
          text: host.run([words]),
        })),
        { words: 'nft-json' as const, from: 'nft', text: host.run(['nft', '-j', 'list', 'ruleset']) },
      ];
      const eth0 = host.network.topology('eth0').interfaces.find(({ name }) => name === 'eth0');
      return {
        layers: [
          {
            network: 'server',
            rules: manager === 'ufw' ? rules.slice(0, 2) : rules.slice(2),
            interfaces: [
              { name: 'lo', addresses: ['127.0.0.1', '::1'], networks: [], routes: [], gateways: [] },
              {
                name: 'eth0',
                addresses: eth0?.addresses ?? [],
                networks: eth0?.networks ?? [],
                routes: ['0.0.0.0/0', '::/0'],
                gateways: [],
              },
            ],
            forwarding: { ipv4: false, ipv6: false },
            filtersBridges: false,
            unread: [],
          },
        ],
        inside: false,
        saved: files.map((from, index) => ({
          words: index === 0 ? ('iptables-save' as const) : ('ip6tables-save' as const),
          from,
          text: host.file(from) ?? '',
        })),
        managers: [manager],
      };
    };
    const steps = (): readonly Step[] => {
      const parts = planFirewall(
        [
          subject('n1', {
            facts: { listeners: [listener('0.0.0.0'), listener('::')], firewall: facts() },
            clients: friends.map((address) => ({ address })),
          }),
        ],
        { allow },
      );
      expect([parts.held, parts.unmet]).toEqual([[], []]);
      return parts.steps;
    };
    const planned = () => {
      const [step] = steps();
      if (!step) throw new Error('no step');
      const proves = step.proves.filter(({ claim }) => claim === 'firewall-allows');
      return ruledPlan(step.does, proves);
    };

    it('is closed to strangers in its own way, by one plan, and its next reload keeps it', async () => {
      expect(await reached([...friends, ...strangers])).toEqual(all([...friends, ...strangers], true));
      expect(await reachedFrom('behind', ['172.17.0.1'])).toEqual([true]);
      const plan = planned();
      expect(plan.steps[0]?.does.map((action) => 'backend' in action && action.backend)).toEqual(
        plan.steps[0]?.does.map(() => manager),
      );
      const world = host.world();
      const journal = memoryJournal();
      expect(await apply(plan, world, journal, options)).toMatchObject({ kind: 'applied' });
      await onlyFriends();
      const once = state();
      if (deep || manager === 'ufw')
        for (const action of plan.steps[0]?.does ?? []) await world.perform(action);
      expect(state()).toEqual(once);
      expect(host.run(shown)).toContain('203.0.113.7');
      host.run(reload);
      await onlyFriends();
      if (manager === 'firewalld') host.run(theirs.at(-1) ?? []);
      expect(await settle(journal.entries, world, journal, { takeBack: 'test' })).toMatchObject({
        kind: 'undone',
      });
      expect(state()).toEqual(before);
      await world.close();
    }, 120_000);

    it.skipIf(!deep)(
      'keeps what people change in between by the program itself',
      async () => {
        const plan = planned();
        const world = host.world();
        const second = memoryJournal();
        expect(await apply(plan, world, second, options)).toMatchObject({ kind: 'applied' });
        await taken((text) => text.includes('203.0.113.7'));
        host.run(change);
        if (manager === 'firewalld') host.run(['firewall-cmd', '--check-config']);
        host.run(reload);
        await onlyFriends();
        expect(await settle(second.entries, world, second, { takeBack: 'test' })).toMatchObject({
          kind: 'undone',
        });
        expect(await reached([...friends, ...strangers])).toEqual(all([...friends, ...strangers], true));
        // The rule that came in between stays, and nothing of ours.
        expect(host.file(files[0] ?? '')).toContain('9999');
        expect(JSON.stringify(state())).not.toMatch(/keyward|-20010|6b6579776172645f/);
        await taken((text) => !text.includes('203.0.113.7'));
        host.run(undoChange);
        host.run(reload);
        if (manager === 'firewalld') host.run(theirs.at(-1) ?? []);
        before = state();
      },
      120_000,
    );

    // firewalld takes its time.
    it.skipIf(!deep && manager === 'firewalld')(
      'killed before each change, it is settled to what was before',
      async () => {
        const plan = planned();
        const places = deep ? Array.from({ length: 40 }, (_, index) => index + 1) : [2, 3];
        let killed = 0;
        for (const at of places) {
          let dead = false;
          const journal = memoryJournal();
          let changes = 0;
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
          await apply(plan, world, sink, options).catch(() => {});
          host.before.change = () => {};
          expect(await settle(journal.entries, host.world(), journal, { takeBack: 'test' })).toMatchObject({
            kind: 'undone',
          });
          expect(state()).toEqual(before);
          await world.close();
          if (!dead) break;
          killed++;
        }
        expect(killed).toBeGreaterThan(0);
      },
      240_000,
    );

    it.skipIf(manager === 'firewalld')(
      'scripts for people who apply by other means do what apply does',
      async () => {
        const script = (text: string, input = ''): string => host.run(['sh', '-c', text], input);
        const all = (): readonly unknown[] => [
          ...state().slice(0, manager === 'ufw' ? 2 : 1),
          ...(manager === 'ufw' ? [script('nft list table inet keyward_6379 2>/dev/null || :')] : []),
        ];
        if (manager === 'ufw') script('iptables -N DOCKER-USER; ip6tables -N DOCKER-USER');
        const untouched = all();
        const world = host.world();
        for (const backend of ['nft', 'iptables', 'docker-user'] as const) {
          const { show, put } = firewallScript({ backend, port: 6379 });
          const action = { do: 'set-firewall', node: 'n1', backend, ports: [6379, 16_379], allow } as const;
          const was = script(show);
          expect(was.trim()).toBe('');
          script(put, firewallInput(action));
          const done = all();
          expect(done).not.toEqual(untouched);
          // Nothing is left to be done, and what is there can be put back.
          const captured = await world.capture({ kind: 'firewall', node: 'n1', backend, port: 6379 });
          await world.perform(action);
          expect((await world.capture(captured.resource)).digest).toBe(captured.digest);
          const now = script(show);
          script(put, firewallInput({ ...action, allow: ['192.0.2.0/24'] }));
          expect(all()).not.toEqual(done);
          script(put, now);
          expect(all()).toEqual(done);
          script(put, was);
          expect(all()).toEqual(untouched);
          // Who cannot look does not take away what may be there.
          expect(() => script(`PATH=/nowhere\n${show}`)).toThrow(/not found/);
        }
        // Docker without IPv6: the chain of the other family is none of ours to make.
        script('ip6tables -X DOCKER-USER');
        const docker = firewallScript({ backend: 'docker-user', port: 6379 });
        const some = {
          do: 'set-firewall',
          node: 'n1',
          backend: 'docker-user',
          ports: [6379],
          allow,
        } as const;
        script(docker.put, firewallInput(some));
        expect(script('iptables -S DOCKER-USER')).toContain('KEYWARD');
        expect(script('ip6tables-save')).not.toContain('KEYWARD');
        script(docker.put, '');
        script('iptables -X DOCKER-USER');
        expect(() => script(docker.put, firewallInput(some))).toThrow(/there is no chain DOCKER-USER/);
        const part = { ports: [6379, 16_379], allow };
        const files = [
          [
            '/etc/kw.rules',
            'iptables-save',
            'iptables',
            '# mine\n*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n',
          ],
          ['/etc/kw.nft', 'nft', 'nft', '#!/usr/sbin/nft -f\ntable inet filter {\n}\n'],
        ] as const;
        for (const [path, words, backend, text] of files) {
          host.put(path, text);
          const action = { do: 'keep-firewall', node: 'n1', path, words, backend, ...part } as const;
          const merged = mergeSaved(text, { words, backend, ...part });
          for (let time = 0; time < 2; time++)
            host.run(['sh', '-c', keepScript(action), 'sh', path], keepInput(action));
          expect({ text: host.file(path) }).toEqual(merged);
        }
        await world.close();
      },
      120_000,
    );

    if (manager === 'ufw')
      it('has our rules in the form in which ufw writes them itself', async () => {
        const world = host.world();
        const plan = planned();
        for (const action of plan.steps[0]?.does ?? []) await world.perform(action);
        const ours = files.map((path) => host.file(path));
        // ufw reads all of its rules and writes them anew.
        host.run(['ufw', 'allow', '9998/tcp']);
        host.run(['ufw', 'delete', 'allow', '9998/tcp']);
        expect(files.map((path) => host.file(path))).toEqual(ours);
        await onlyFriends();
        await world.close();
      }, 60_000);
  });
