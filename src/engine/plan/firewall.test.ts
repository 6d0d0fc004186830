import { describe, expect, it } from 'vitest';
import { listener } from '../../catalog/example-facts.ts';
import { mergeSaved } from '../../catalog/firewalls/print/index.ts';
import type { FirewallFacts, FirewallLayer, FirewallText, Origin, Step } from '../../model/index.ts';
import { checkPlan } from '../plan-check/index.ts';
import { isSoAlready } from './firewall-already.ts';
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
    expect(lost.unmet.map(isSoAlready)).toEqual([true]);
    expect(lost.unmet[0]?.why).toContain('until the host starts anew');
  });

  it('is held where it would not last, until somebody says that it need not', () => {
    const one = server(facts([layer([iptables])], { managers: ['ufw', 'firewalld'] }));
    const { steps, held } = choose(one);
    expect(steps).toEqual([]);
    expect(held).toMatchObject([{ release: '--set reachable-until=reboot' }]);
    // Their programs are there and do not manage the host: nothing that they are told would keep it.
    expect(held[0]?.why).not.toMatch(/ufw|firewall/);
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

describe('these as well, or these no longer', () => {
  const kept = (allow: string): readonly FirewallText[] => [
    {
      words: 'iptables-save',
      from: '/etc/ufw/user.rules',
      text: `*filter\n### RULES ###\n\n${allow}### END RULES ###\nCOMMIT\n`,
    },
    { words: 'ip6tables-save', from: '/etc/ufw/user6.rules', text: '### RULES ###\n\n### END RULES ###\n' },
  ];
  const ufw: FirewallText = {
    words: 'iptables-save',
    from: 'iptables-save',
    text: '*filter\n:INPUT DROP [0:0]\n:ufw-before-input - [0:0]\n:ufw-user-input - [0:0]\n-A INPUT -j ufw-before-input\n-A ufw-before-input -i lo -j ACCEPT\n-A ufw-before-input -j ufw-user-input\n-A ufw-user-input -s 10.9.0.0/16 -j DROP\n-A ufw-user-input -p tcp -m tcp --dport 6379 -j ACCEPT\nCOMMIT\n',
  };
  const six: FirewallText = {
    words: 'ip6tables-save',
    from: 'ip6tables-save',
    text: '*filter\n:INPUT DROP [0:0]\n:ufw6-before-input - [0:0]\n:ufw6-user-input - [0:0]\n-A INPUT -j ufw6-before-input\n-A ufw6-before-input -j ufw6-user-input\nCOMMIT\n',
  };
  const ours = `### tuple ### allow tcp 6379 0.0.0.0/0 any 10.1.0.0/16 in comment=${Buffer.from('keyward_6379').toString('hex')}\n-A ufw-user-input -p tcp --dport 6379 -s 10.1.0.0/16 -j ACCEPT\n\n### tuple ### deny tcp 6379 0.0.0.0/0 any 0.0.0.0/0 in comment=${Buffer.from('keyward_6379').toString('hex')}\n-A ufw-user-input -p tcp --dport 6379 -j DROP\n\n`;
  const chains = (rules: string): FirewallText => ({
    ...iptables,
    text: `*filter\n:INPUT ACCEPT [0:0]\n:KEYWARD-6379 - [0:0]\n-A INPUT -p tcp -m multiport --dports 6379 -j KEYWARD-6379\n-A KEYWARD-6379 -i lo -j RETURN\n${rules}-A KEYWARD-6379 -j DROP\nCOMMIT\n`,
  });
  const allowOf = (answer: string, firewall: FirewallFacts, more: Server = {}): readonly string[] => {
    const { steps, held, unmet } = plan([subject('n1', server(firewall, more))], {
      only: ['firewall'],
      answers: new Map([
        ['reachable-from', answer],
        ['reachable-until', 'reboot'],
      ]),
    });
    expect([held, unmet.filter(({ goal }) => goal.kind === 'reachable-only')]).toEqual([[], []]);
    const [action] = only(steps).does.filter(({ do: what }) => what === 'set-firewall');
    return action?.do === 'set-firewall' ? action.allow : [];
  };

  it('adds to those whom our rules let in so far', () => {
    const some = chains(
      '-A KEYWARD-6379 -s 10.1.0.0/16 -j RETURN\n-A KEYWARD-6379 -s 192.0.2.7/32 -j RETURN\n',
    );
    expect(allowOf('+10.2.0.0/16,fd00::/8', facts([layer([some])]))).toEqual([
      '10.1.0.0/16',
      '192.0.2.7',
      '10.2.0.0/16',
      'fd00::/8',
    ]);
    const table: FirewallText = {
      words: 'nft',
      from: 'nft',
      text: 'table inet keyward_6379 {\n chain strangers {\n iifname "lo" return\n ip saddr { 10.1.0.0/16 } return\n ip6 saddr { fd00::/8 } return\n drop\n }\n}\ntable inet other { chain input { type filter hook input priority 0; policy drop; tcp dport 6379 accept } }\n',
    };
    expect(allowOf('+192.0.2.7', facts([layer([table])]))).toEqual(['10.1.0.0/16', 'fd00::/8', '192.0.2.7']);
    const asUfw = facts([layer([ufw, six])], { managers: ['ufw'], saved: kept(ours) });
    expect(allowOf('+10.2.0.0/16', asUfw)).toEqual(['10.1.0.0/16', '10.2.0.0/16']);
  });

  it('begins with nobody where none of our rules are there', () => {
    expect(allowOf('+10.2.0.0/16', facts([layer([iptables])]))).toEqual(['10.2.0.0/16']);
  });

  it('takes away from those whom our rules let in', () => {
    const some = chains('-A KEYWARD-6379 -s 10.0.0.0/14 -j RETURN\n');
    expect(allowOf('-10.1.0.0/16', facts([layer([some])]))).toEqual(['10.0.0.0/16', '10.2.0.0/15']);
  });

  it('takes away from all who reach it, where none of our rules are there', () => {
    const origin = (sources: readonly string[], more: Partial<Origin> = {}): Origin => ({
      id: sources.join(),
      reach: 'network',
      label: '',
      sources,
      via: { address: '0.0.0.0', port: 6379, tls: false },
      certainty: 'certain',
      because: [],
      ...more,
    });
    const origins = [
      origin(['10.0.0.0/14']),
      origin(['192.0.2.0/24'], { refused: 'no rule lets it in', refusedBy: 'firewall' }),
      origin(['127.0.0.0/8'], { reach: 'host' }),
    ];
    const exposure = { origins, actors: [], cells: [], notCollected: [] };
    expect(allowOf('-10.1.0.0/16', facts([layer([iptables])]), { facts: { exposure } })).toEqual([
      '10.0.0.0/16',
      '10.2.0.0/15',
    ]);
  });

  it('does not take away whoever was seen', () => {
    const firewall = facts([layer([chains('-A KEYWARD-6379 -s 10.0.0.0/14 -j RETURN\n')])]);
    const { held, steps } = plan(
      [subject('n1', server(firewall, { clients: [{ address: '10.1.0.9', user: 'app' }] }))],
      {
        only: ['firewall'],
        answers: new Map([
          ['reachable-from', '-10.1.0.0/16'],
          ['reachable-until', 'reboot'],
        ]),
      },
    );
    expect(steps).toEqual([]);
    expect(held).toMatchObject([{ release: '--refuse app@10.1.0.9' }]);
  });

  it('stands among the rules of ufw: first those files, then the kernel', () => {
    const asUfw = facts([layer([ufw, six])], { managers: ['ufw'], saved: kept('') });
    const { steps, held } = choose(server(asUfw, { clients: [{ address: '10.0.0.7' }] }));
    expect(held).toEqual([]);
    expect(only(steps).does).toMatchObject([
      { do: 'keep-firewall', path: '/etc/ufw/user.rules', backend: 'ufw' },
      { do: 'keep-firewall', path: '/etc/ufw/user6.rules', backend: 'ufw' },
      { do: 'set-firewall', backend: 'ufw' },
    ]);
    // A rule of others that stands before and refuses goes on refusing.
    const refused = choose(server(asUfw, { clients: [{ address: '10.9.0.7' }] }));
    expect(refused.held).toMatchObject([{ release: '--refuse default@10.9.0.7' }]);
  });

  it('minds the master of a replica that Sentinels watch', () => {
    const one = server(facts([layer([])]), {
      facts: { replication: { role: 'replica', masterHost: '203.0.113.40', replicas: [] } },
      clients: [{ address: '10.0.0.8', kind: 'sentinel' }],
    });
    expect(choose(one, { untilReboot: true }).held).toMatchObject([
      { release: '--refuse master@203.0.113.40' },
    ]);
  });

  it('leaves ports alone that are not the server’s', () => {
    const { unmet } = choose(server(facts([layer([])])), { ports: [6379, 2222] });
    expect(unmet[0]?.why).toContain('does not listen on port 2222');
  });
});
