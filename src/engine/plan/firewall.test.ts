import { describe, expect, it } from 'vitest';
import { listener } from '../../catalog/example-facts.ts';
import { mergeSaved } from '../../catalog/firewalls/print/index.ts';
import type { FirewallFacts, FirewallLayer, FirewallText, Step } from '../../model/index.ts';
import { checkPlan } from '../plan-check/index.ts';
import { planFirewall, type FirewallChoice } from './firewall.ts';
import { plan, subject, type Server } from './subjects-of-tests.ts';

const layer = (rules: readonly FirewallText[], more: Partial<FirewallLayer> = {}): FirewallLayer => ({
  network: 'server',
  rules,
  interfaces: [
    { name: 'lo', addresses: ['127.0.0.1', '::1'], networks: [], routes: [], gateways: [] },
    {
      name: 'eth0',
      addresses: ['10.0.0.5', '2001:db8::5'],
      networks: ['10.0.0.0/24', '2001:db8::/64'],
      routes: ['0.0.0.0/0', '::/0'],
      gateways: ['10.0.0.1'],
    },
  ],
  forwarding: { ipv4: false, ipv6: false },
  filtersBridges: false,
  unread: [],
  ...more,
});
const facts = (layers: readonly FirewallLayer[], more: Partial<FirewallFacts> = {}): FirewallFacts => ({
  layers,
  inside: false,
  saved: [],
  managers: [],
  ...more,
});

const iptables: FirewallText = {
  words: 'iptables-save',
  from: 'iptables-save',
  text: '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.66/32 -j DROP\nCOMMIT\n',
};
const savedFiles: readonly FirewallText[] = [
  { words: 'iptables-save', from: '/etc/iptables/rules.v4', text: iptables.text },
  { words: 'ip6tables-save', from: '/etc/iptables/rules.v6', text: '*filter\nCOMMIT\n' },
];

const server = (firewall: FirewallFacts | undefined, more: Server = {}): Server => ({
  ...more,
  facts: {
    listeners: [listener('0.0.0.0'), listener('::'), listener('127.0.0.1', { port: 6400 })],
    ...(firewall ? { firewall } : {}),
    ...more.facts,
  },
});
const choose = (one: Server, more: Partial<FirewallChoice> = {}) =>
  planFirewall([subject('n1', one)], { allow: ['10.0.0.0/8', 'fd00::/8'], ...more });
const only = (steps: readonly Step[]): Step => {
  const [first, ...rest] = steps;
  if (!first || rest.length > 0) throw new Error(`${steps.length} steps`);
  return first;
};

describe('only these addresses reach this server', () => {
  it('goes beside the rules of iptables, where iptables has some, and into the files of its distribution', () => {
    const one = server(facts([layer([iptables])], { saved: savedFiles }), {
      clients: [{ address: '10.0.0.7' }, { address: '127.0.0.1' }],
    });
    const { steps, held, unmet } = choose(one);
    expect([held, unmet]).toEqual([[], []]);
    const step = only(steps);
    expect(step).toMatchObject({ kind: 'firewall', needs: 'root', risk: { level: 'refuses' } });
    expect(step.does).toMatchObject([
      { do: 'set-firewall', backend: 'iptables', ports: [6379], allow: ['10.0.0.0/8', 'fd00::/8'] },
      { do: 'keep-firewall', path: '/etc/iptables/rules.v4', words: 'iptables-save' },
      { do: 'keep-firewall', path: '/etc/iptables/rules.v6', words: 'ip6tables-save' },
    ]);
    expect(step.undo).toContainEqual({ kind: 'firewall', node: 'n1', backend: 'iptables', port: 6379 });
    expect(step.proves).toContainEqual({
      claim: 'firewall-allows',
      node: 'n1',
      port: 6379,
      source: '::/0',
      except: ['fd00::/8'],
      allowed: false,
    });
    expect(step.proves).toContainEqual(
      expect.objectContaining({ claim: 'firewall-allows', source: '10.0.0.7', allowed: true }),
    );
  });

  it('passes the check that every plan passes before it is applied', () => {
    const subjects = [subject('n1', server(facts([layer([iptables])], { saved: savedFiles })))];
    const parts = planFirewall(subjects, { allow: ['10.0.0.0/8'] });
    const problems = checkPlan({
      schema: 'keyward.plan/1',
      version: '0.0.0',
      id: 'p',
      madeAt: '2026-11-01T00:00:00.000Z',
      policy: 'recommended',
      nodes: subjects.map(({ node }) => node),
      ...parts,
      previews: [],
      census: [],
      basis: [],
    });
    expect(problems).toEqual([]);
  });

  it('is a table of its own where nftables has rules, and where nothing has any', () => {
    const nft: FirewallText = {
      words: 'nft',
      from: 'nft',
      text: 'table inet filter {\n chain input {\n type filter hook input priority 0; policy drop;\n tcp dport { 22, 6379 } accept\n }\n}\n',
    };
    const file = { ...nft, from: '/etc/nftables.conf' };
    const one = server(facts([layer([nft, iptables])], { saved: [file] }));
    expect(only(choose(one).steps).does).toMatchObject([
      { do: 'set-firewall', backend: 'nft' },
      { do: 'keep-firewall', path: '/etc/nftables.conf', words: 'nft' },
    ]);
    const bare = choose(server(facts([layer([])])), { untilReboot: true });
    expect(only(bare.steps).does).toMatchObject([{ do: 'set-firewall', backend: 'nft' }]);
  });

  it('is no step where it is so already, live and in the files that are loaded at boot', () => {
    const allow = ['10.0.0.0/8', 'fd00::/8'];
    const part = { ports: [6379], allow, backend: 'iptables' } as const;
    const merged = (text: string, words: 'iptables-save' | 'ip6tables-save'): FirewallText => {
      const made = mergeSaved(text, { ...part, words });
      return { words, from: words, text: 'text' in made ? made.text : '' };
    };
    const nat = '*nat\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n';
    const live = [
      merged(`${nat}${iptables.text}`, 'iptables-save'),
      merged('*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', 'ip6tables-save'),
    ];
    const files = savedFiles.map((one, at) => ({ ...(live[at] ?? one), from: one.from }));
    const there = server(facts([layer(live)], { saved: files }));
    const again = choose(there);
    expect([again.steps, again.held]).toEqual([[], []]);
    expect(again.unmet).toMatchObject([
      { why: expect.stringMatching(/^It is so already: only 10\.0\.0\.0\/8, fd00::\/8 open/) },
    ]);
    // Anything else of it, and there is something to do.
    expect(choose(there, { allow: ['10.0.0.0/8'] }).steps).toHaveLength(1);
    expect(choose(there, { ports: [6379, 16_379] }).steps).toHaveLength(1);
    expect(choose(server(facts([layer(live)], { saved: savedFiles }))).steps).toHaveLength(1);
    expect(choose(server(facts([layer(live.slice(0, 1))], { saved: files }))).steps).toHaveLength(1);
    const lost = choose(server(facts([layer(live)])));
    expect([lost.steps, lost.held]).toEqual([[], []]);
    expect(lost.unmet[0]?.why).toContain('until the host starts anew');
  });

  it('is held where it would not last, until somebody says that it need not', () => {
    const one = server(facts([layer([iptables])], { managers: ['ufw', 'firewalld'] }));
    const { steps, held } = choose(one);
    expect(steps).toEqual([]);
    expect(held).toMatchObject([{ release: '--set reachable-until=reboot' }]);
    expect(held[0]?.why).toContain('ufw allow proto tcp from 10.0.0.0/8 to any port 6379');
    expect(held[0]?.why).toContain('firewall-cmd --permanent');
    expect(only(choose(one, { untilReboot: true }).steps).title).toContain('until the host starts anew');
  });

  it('is held while it would refuse somebody who was seen, by name', () => {
    const one = server(facts([layer([])]), {
      clients: [
        { address: '203.0.113.9', user: 'app' },
        { address: '2001:db8::9', kind: 'sentinel' },
        { address: '10.0.0.7' },
      ],
    });
    const { steps, held } = choose(one, { untilReboot: true });
    expect(steps).toEqual([]);
    expect(held).toMatchObject([{ release: '--refuse app@203.0.113.9 --refuse default@2001:db8::9' }]);
    const given = choose(one, { untilReboot: true, refuse: ['app@203.0.113.9', 'default@2001:db8::9'] });
    expect(given.held).toEqual([]);
  });

  it('minds replicas and nodes of the cluster that no census saw', () => {
    const one = server(facts([layer([])]), {
      facts: {
        replication: { role: 'master', replicas: ['203.0.113.20:6379', '10.0.0.21:6379'] },
        clusterNodes: [
          { id: 'a', address: '203.0.113.30', port: 6379, busPort: 16379, flags: [], self: false },
          { id: 'b', address: '10.0.0.5', port: 6379, busPort: 16379, flags: [], self: true },
        ],
      },
    });
    expect(choose(one, { untilReboot: true }).held).toMatchObject([
      { release: '--refuse replica@203.0.113.20 --refuse cluster@203.0.113.30' },
    ]);
  });

  it('is held where nobody looked who uses the server', () => {
    const one = server(facts([layer([])]), { unseen: true });
    expect(choose(one, { untilReboot: true }).held).toMatchObject([{ release: '--refuse unseen' }]);
  });

  it('closes a port that Docker publishes where Docker looks first, and where its own program listens', () => {
    const around = layer(
      [
        {
          words: 'iptables-save',
          from: 'iptables-save',
          text: '*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8379 -j DNAT --to-destination 172.17.0.2:6379\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j RETURN\nCOMMIT\n',
        },
      ],
      {
        network: 'host',
        interfaces: [
          ...layer([]).interfaces,
          {
            name: 'docker0',
            addresses: ['172.17.0.1'],
            networks: ['172.17.0.0/16'],
            routes: [],
            gateways: [],
          },
        ],
      },
    );
    const own = layer([], {
      interfaces: [
        { name: 'eth0', addresses: ['172.17.0.2'], networks: ['172.17.0.0/16'], routes: [], gateways: [] },
      ],
    });
    const one = server(facts([own, around]), { clients: [{ address: '10.0.0.7' }] });
    const step = only(choose(one, { untilReboot: true }).steps);
    expect(step.does).toMatchObject([
      { do: 'set-firewall', backend: 'docker-user', ports: [8379] },
      { do: 'set-firewall', backend: 'iptables', ports: [8379] },
    ]);
    expect(step.proves).toContainEqual(
      expect.objectContaining({ claim: 'firewall-allows', source: '10.0.0.7', port: 8379, allowed: true }),
    );
    // Behind Docker's own address may be anybody.
    const hidden = server(facts([own, around]), { clients: [{ address: '172.17.0.1' }] });
    expect(choose(hidden, { untilReboot: true, allow: ['172.16.0.0/12'] }).held).toMatchObject([
      { release: '--refuse default@172.17.0.1' },
    ]);
  });

  it('is lost with the container that both are in', () => {
    const one = server(facts([layer([iptables])], { saved: savedFiles, inside: true }));
    expect(choose(one).held).toEqual([]);
    const contained = { ...one, facts: { ...one.facts, container: { kind: 'docker' } as const } };
    expect(choose(contained).held).toMatchObject([{ release: '--set reachable-until=reboot' }]);
  });

  it('says why where it cannot be', () => {
    const whys = (one: Server, more: Partial<FirewallChoice> = {}): readonly string[] =>
      choose(one, more).unmet.map(({ why }) => why);
    expect(whys(server(undefined))).toEqual([expect.stringContaining('were not read')]);
    expect(whys(server(facts([layer([])])), { allow: ['10.0.0.0/33'] })).toEqual([
      '10.0.0.0/33 is no address and no network.',
    ]);
    expect(whys(server(facts([layer([])])), { ports: [22] })).toEqual([expect.stringContaining('no ports')]);
  });

  it('is asked for where a finding wants it, and nobody said who', () => {
    const one = server(facts([layer([])]), {
      facts: { listeners: [listener('8.8.4.4')] },
      clients: [{ address: '10.0.0.7' }],
    });
    const asked = plan([subject('n1', one)]).unmet.filter(({ goal }) => goal.kind === 'reachable-only');
    expect(asked).toMatchObject([{ advice: expect.stringContaining('--set reachable-from=10.0.0.7') }]);
    const answers = new Map([
      ['reachable-from', '10.0.0.0/8'],
      ['reachable-until', 'reboot'],
    ]);
    const { steps, unmet } = plan([subject('n1', one)], { answers });
    expect(steps.filter(({ kind }) => kind === 'firewall')).toMatchObject([
      { checks: ['listens-on-public-address'] },
    ]);
    expect(unmet.filter(({ goal }) => goal.kind === 'reachable-only')).toEqual([]);
  });
});
