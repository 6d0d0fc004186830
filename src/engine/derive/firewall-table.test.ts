import { describe, expect, it } from 'vitest';
import { fromCidr } from '../../lang/packets/index.ts';
import { processFacts } from '../../catalog/example-facts.ts';
import {
  known,
  unknown,
  type Collected,
  type FirewallFacts,
  type FirewallLayer,
  type FirewallText,
  type NetworkInterface,
} from '../../model/index.ts';
import { filterOf } from './firewall.ts';
import { filteringOf } from './filtering.ts';
import { firewallDrift } from './firewall-drift.ts';
import type { Asking } from './firewall-origins.ts';
import { reachTable } from './firewall-table.ts';

const link = (
  name: string,
  addresses: readonly string[],
  networks: readonly string[],
  routes: readonly string[] = [],
  gateways: readonly string[] = [],
): NetworkInterface => ({ name, addresses, networks, routes, gateways });
const lo = link('lo', ['127.0.0.1', '::1'], []);
const eth0 = link(
  'eth0',
  ['8.8.4.4', '2a01:4f8:10::1'],
  ['8.8.4.0/24', '2a01:4f8:10::/64'],
  ['0.0.0.0/0', '::/0'],
);
const docker0 = link('docker0', ['172.17.0.1'], ['172.17.0.0/16']);

const filter = (policy: string, ...rules: readonly string[]): FirewallText => ({
  words: 'iptables-save',
  from: 'iptables-save',
  text: [
    '*filter',
    `:INPUT ${policy} [0:0]`,
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ...rules,
    'COMMIT',
    '',
  ].join('\n'),
});
const layer = (rules: readonly FirewallText[], more: Partial<FirewallLayer> = {}): FirewallLayer => ({
  network: 'server',
  rules,
  interfaces: [lo, eth0],
  forwarding: { ipv4: true, ipv6: true },
  routeLocalnet: false,
  filtersBridges: false,
  unread: [],
  ...more,
});
const facts = (rules: readonly FirewallText[], more: Partial<FirewallLayer> = {}): FirewallFacts => ({
  layers: [layer(rules, more)],
  inside: false,
  saved: [],
  managers: [],
});
const door = (address = '0.0.0.0') => ({ address, port: 6379, tls: false, source: 'test' });
const table = async (some: FirewallFacts, address?: string, asking?: Asking) =>
  (await reachTable(some, [door(address)], asking)).map(
    ({ reach, label, sources, certainty, refused, via, because }) => ({
      reach,
      label,
      sources,
      certainty,
      refused,
      at: 'port' in via ? `${via.address}:${via.port}` : '',
      because: because.join('; '),
    }),
  );

describe('who gets through', () => {
  it('everybody, where rules let them: the Internet, and the rule that does it', async () => {
    const [first] = await table(facts([filter('ACCEPT', '-A INPUT -p tcp --dport 6379 -j ACCEPT')]));
    expect(first).toMatchObject({ reach: 'internet', sources: ['0.0.0.0/0'], certainty: 'certain' });
    expect(first?.because).toContain(
      'let through by -A INPUT -p tcp --dport 6379 -j ACCEPT (iptables-save:5)',
    );
  });

  it('nobody: the row is refused, by the rule that does it', async () => {
    const [first, host] = await table(
      facts([filter('ACCEPT', '-A INPUT -i eth0 -p tcp --dport 6379 -j DROP')]),
    );
    expect(first?.refused).toBe(
      'the firewall: -A INPUT -i eth0 -p tcp --dport 6379 -j DROP (iptables-save:5)',
    );
    expect(host).toMatchObject({ reach: 'host', certainty: 'certain', refused: undefined });
  });

  it('some: their exact addresses, by the names that the user gave; a short list is no Internet', async () => {
    const rules = filter(
      'DROP',
      '-A INPUT -i lo -j ACCEPT',
      '-A INPUT -s 198.51.100.0/24 -p tcp --dport 6379 -j ACCEPT',
      '-A INPUT -s 8.8.4.9 -j ACCEPT',
    );
    const names = [{ name: 'office', range: '198.51.100.0/24' }];
    const [first] = await table(facts([rules]), undefined, { names });
    expect(first).toMatchObject({
      reach: 'network',
      label: 'office (198.51.100.0/24) and 8.8.4.9',
      sources: ['8.8.4.9', '198.51.100.0/24'],
    });
    expect(first?.because).toContain('all others are refused by :INPUT DROP');
  });

  it('all but some is still the Internet, and says without whom', async () => {
    const [first] = await table(facts([filter('ACCEPT', '-A INPUT -s 9.0.0.0/8 -j DROP')]));
    expect(first?.reach).toBe('internet');
    expect(first?.label).toMatch(/^the Internet without 9\.0\.0\.0\/8$/);
  });

  it('what depends is possible, and says on what', async () => {
    const [first] = await table(
      facts([filter('DROP', '-A INPUT -p tcp --dport 6379 -m limit --limit 5/min -j ACCEPT')]),
    );
    expect(first).toMatchObject({ certainty: 'possible', refused: undefined });
    expect(first?.because).toContain('depends on how often somebody comes: -A INPUT');
  });

  it('rules about who opened the socket: known with its user, in doubt without', async () => {
    const answers = (user: string) =>
      facts([filter('ACCEPT', `-A OUTPUT -p tcp --sport 6379 -m owner --uid-owner ${user} -j DROP`)]);
    const asking = { listener: { user: 112, group: 118 } };
    expect((await table(answers('112')))[0]).toMatchObject({ certainty: 'possible', refused: undefined });
    expect((await table(answers('112'), undefined, asking))[0]?.refused).toContain('--uid-owner 112');
    expect((await table(answers('0'), undefined, asking))[0]).toMatchObject({ certainty: 'certain' });
  });

  it('it is the user of the process, where that is not in a container', async () => {
    const rules = facts([filter('ACCEPT', '-A OUTPUT -p tcp --sport 6379 -m owner --uid-owner 112 -j DROP')]);
    const refused = async (process: Collected['process'], container: Collected['container']) => {
      const { refine } = await filterOf({ process, container, firewall: known(rules, 'test') } as Collected);
      const place = {
        reach: 'internet',
        label: '',
        sources: ['0.0.0.0/0'],
        certain: true,
        at: '8.8.4.4',
      } as const;
      return refine?.(door(), [place]).some((one) => one.refused?.includes('--uid-owner'));
    };
    const redis = known(processFacts(), 'test');
    const none = known('none' as const, 'test');
    expect(await refused(redis, none)).toBe(true);
    expect(await refused(unknown('no-access', 'test'), none)).toBe(false);
    expect(await refused(redis, unknown('no-access', 'test'))).toBe(false);
  });

  it('rules of IPv4 say nothing about IPv6', async () => {
    const [first] = await table(facts([filter('DROP')]), '::');
    expect(first).toMatchObject({ reach: 'internet', sources: ['::/0'], refused: undefined });
  });

  it('a port that leads to a server on loopback opens it, where the kernel takes such packets', async () => {
    const nat: FirewallText = {
      words: 'iptables-save',
      from: 'iptables-save',
      text: '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 7000 -j DNAT --to-destination 127.0.0.1:6379\nCOMMIT\n',
    };
    const closed = await table(facts([nat]), '127.0.0.1');
    expect(closed.map(({ reach }) => reach)).toEqual(['host']);
    const open = await table(facts([nat], { routeLocalnet: true }), '127.0.0.1');
    expect(open[0]).toMatchObject({ reach: 'internet', at: '8.8.4.4:7000', certainty: 'certain' });
  });

  it('neighbours on a bridge reach an address on another interface', async () => {
    const rows = await table(facts([filter('ACCEPT')], { interfaces: [lo, eth0, docker0] }), '8.8.4.4');
    expect(rows.map(({ label }) => label)).toContain('containers on docker0');
  });

  it('an interface without routes of its own may have anybody behind it', async () => {
    const tunnel = link('tailscale0', ['100.64.0.7'], []);
    const rows = await table(facts([filter('ACCEPT')], { interfaces: [lo, eth0, tunnel] }));
    expect(rows.find(({ at }) => at.startsWith('100.64.0.7'))).toMatchObject({
      certainty: 'possible',
      refused: undefined,
    });
  });
});

describe('what was not read whole is never counted as safe', () => {
  it('layers that could not be read: only possible', async () => {
    const [first] = await table(facts([filter('ACCEPT')], { unread: ['rules of nftables (no nft here)'] }));
    expect(first).toMatchObject({ certainty: 'possible', refused: undefined });
    expect(first?.because).toContain('not read: rules of nftables (no nft here)');
  });

  it('JSON that was cut off lets everybody in, perhaps', async () => {
    const text = '{"nftables": [{"table": {"family": "inet", "na';
    const [first] = await table(facts([{ words: 'nft-json', from: 'nft', text }]));
    expect(first).toMatchObject({ certainty: 'possible', refused: undefined });
  });

  it('tables that iptables keeps in nftables are read once, in the words of iptables', async () => {
    const save = filter('DROP', '-A INPUT -i lo -j ACCEPT');
    const json = JSON.stringify({
      nftables: [
        { metainfo: { json_schema_version: 1 } },
        { table: { family: 'ip', name: 'filter', handle: 1 } },
        {
          chain: {
            family: 'ip',
            table: 'filter',
            name: 'INPUT',
            handle: 1,
            type: 'filter',
            hook: 'input',
            prio: 0,
            policy: 'drop',
          },
        },
        { rule: { family: 'ip', table: 'filter', chain: 'INPUT', handle: 2, expr: [{ xt: null }] } },
      ],
    });
    const header = { ...save, text: `# Generated by iptables-save v1.8.9 (nf_tables) on Mon\n${save.text}` };
    const [first] = await table(facts([{ words: 'nft-json', from: 'nft', text: json }, header]));
    expect(first?.refused).toMatch(/^the firewall: :INPUT DROP/);
  });
});

describe('a container', () => {
  const inner = link('eth0', ['172.17.0.2'], ['172.17.0.0/16'], ['0.0.0.0/0'], ['172.17.0.1']);
  const docker = (...forward: readonly string[]): FirewallText => ({
    words: 'iptables-save',
    from: 'iptables-save',
    text: [
      '*nat',
      ':PREROUTING ACCEPT [0:0]',
      ':DOCKER - [0:0]',
      '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 7000 -j DNAT --to-destination 172.17.0.2:6379',
      'COMMIT',
      '*filter',
      ':INPUT DROP [0:0]',
      ':FORWARD DROP [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      ...forward,
      'COMMIT',
      '',
    ].join('\n'),
  });
  const published = (...forward: readonly string[]): FirewallFacts => ({
    ...facts([]),
    layers: [
      layer([], { interfaces: [lo, inner] }),
      layer([docker(...forward)], { network: 'host', interfaces: [lo, eth0, docker0] }),
    ],
  });
  const accept = '-A FORWARD -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp --dport 6379 -j ACCEPT';

  it('that is published is reached from the Internet, past an INPUT that drops all', async () => {
    const rows = await table(published(accept));
    expect(rows[0]).toMatchObject({ reach: 'internet', at: '8.8.4.4:7000', certainty: 'certain' });
    expect(rows[0]?.because).toContain('published: 8.8.4.4:7000 leads to 172.17.0.2:6379');
    expect(rows.map(({ label }) => label)).toContain('containers on docker0');
  });

  it('is narrowed by what stands before', async () => {
    const rows = await table(published('-A FORWARD -i eth0 ! -s 203.0.113.7/32 -j DROP', accept));
    const [first] = rows.filter(({ at }) => at.endsWith(':7000'));
    expect(first).toMatchObject({ reach: 'network', sources: ['203.0.113.7'] });
  });

  it('that nothing is forwarded to has its neighbours only', async () => {
    const rows = (await table(published())).filter(({ refused }) => refused === undefined);
    expect(rows.map(({ reach }) => reach)).not.toContain('internet');
    expect(rows.map(({ reach }) => reach)).not.toContain('network');
  });
});

describe('one source', () => {
  const rules = filter(
    'DROP',
    '-A INPUT -i lo -j ACCEPT',
    '-A INPUT -s 9.9.9.9 -p tcp --dport 6379 -j ACCEPT',
  );
  const why = (source: string) => {
    const only = fromCidr(source);
    if (!only) throw new Error(source);
    return table(facts([rules]), undefined, { only });
  };

  it('gets the rule that decides over it', async () => {
    expect((await why('9.9.9.9'))[0]?.because).toContain(
      'comes in by eth0; let through by -A INPUT -s 9.9.9.9',
    );
    expect((await why('9.9.9.8'))[0]?.refused).toContain(':INPUT DROP');
  });

  it('of the host itself comes by loopback', async () => {
    expect(await why('127.0.0.1')).toMatchObject([{ reach: 'host', refused: undefined }]);
  });
});

describe('what a restart changes', () => {
  const shut = '-A INPUT -i eth0 -p tcp --dport 6379 -j DROP';

  it('a rule that was only typed in is gone, and the port open', async () => {
    const drift = await firewallDrift({ ...facts([filter('ACCEPT', shut)]), saved: [filter('ACCEPT')] }, [
      door(),
    ]);
    expect(drift.unsaved).toEqual([`${shut} (iptables-save:5)`]);
    expect(drift.changes).toMatchObject([{ change: 'opens', address: '8.8.4.4', who: 'the Internet' }]);
  });

  it('the same rules in other words are the same', async () => {
    const saved = filter('ACCEPT', '-A INPUT -p tcp -m tcp -i eth0 -m multiport --dports 6379 -j DROP');
    const drift = await firewallDrift({ ...facts([filter('ACCEPT', shut)]), saved: [saved] }, [door()]);
    expect(drift).toMatchObject({ changes: [], unsaved: [], unloaded: [] });
  });

  it('ufw brings back what its files say, and nothing where it is off', async () => {
    const ufw = (from: string, text: string): FirewallText => ({ words: 'ufw', from, text });
    const saved = (enabled: string): readonly FirewallText[] => [
      ufw('/etc/ufw/ufw.conf', `ENABLED=${enabled}\n`),
      ufw('/etc/default/ufw', 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n'),
      ...['before', 'user', 'after'].flatMap((part) =>
        (['', '6'] as const).map((six) =>
          ufw(
            `/etc/ufw/${part}${six}.rules`,
            part === 'user'
              ? `*filter\n:ufw${six}-user-input - [0:0]\n-A ufw${six}-user-input -p tcp --dport 6379 -s ${six ? 'fd00::/8' : '10.0.0.0/8'} -j ACCEPT\nCOMMIT\n`
              : `*filter\n-A ufw${six}-${part}-input -i lo -j ACCEPT\nCOMMIT\n`,
          ),
        ),
      ),
    ];
    const open = { ...facts([filter('ACCEPT')]), managers: ['ufw'] };
    const drift = await firewallDrift({ ...open, saved: saved('yes') }, [door()]);
    expect(drift).toMatchObject({ managers: [], savedIn: ['ufw'], unsaved: [] });
    expect(drift.changes).toMatchObject([{ change: 'closes', address: '8.8.4.4', port: 6379 }]);
    expect((await firewallDrift({ ...open, saved: saved('no') }, [door()])).changes).toEqual([]);
    // Its files were not read: it is not worked out.
    expect(await firewallDrift({ ...open, saved: [] }, [door()])).toMatchObject({
      changes: [],
      managers: ['ufw'],
    });
  });

  it('firewalld brings back its zones', async () => {
    const saved = [
      ['/etc/firewalld/firewalld.conf', 'DefaultZone=public\n'],
      ['/etc/firewalld/zones/public.xml', '<zone><service name="ssh"/></zone>'],
      ['/etc/firewalld/zones/inside.xml', '<zone target="ACCEPT"></zone>'],
      ['/etc/NetworkManager/system-connections/lan.nmconnection', 'interface-name=eth0\nzone=inside'],
    ].map(([from = '', text = '']): FirewallText => ({ words: 'firewalld', from, text }));
    const now = { ...facts([filter('ACCEPT')]), managers: ['firewalld'] };
    expect((await firewallDrift({ ...now, saved: saved.slice(0, 3) }, [door()])).changes).toMatchObject([
      { change: 'closes', port: 6379 },
    ]);
    expect(await firewallDrift({ ...now, saved }, [door()])).toMatchObject({ changes: [], managers: [] });
  });

  it('chains that a program writes at its start are left out, DOCKER-USER is not', async () => {
    const text = (chain: string): FirewallText => ({
      ...filter('ACCEPT'),
      text: `*filter\n:${chain} - [0:0]\n-A ${chain} -p tcp --dport 6379 -j DROP\nCOMMIT\n`,
    });
    const unsaved = async (chain: string) => (await filteringOf(facts([text(chain)]), [6379])).unsaved.length;
    expect(await Promise.all(['DOCKER', 'f2b-redis', 'KUBE-SERVICES', 'DOCKER-USER'].map(unsaved))).toEqual([
      0, 0, 0, 1,
    ]);
  });

  it('a rule that is never met is told, with what decides instead', async () => {
    const rules = filter(
      'ACCEPT',
      '-A INPUT -p tcp --dport 6379 -j ACCEPT',
      shut,
      '-A INPUT -p tcp --dport 22 -j DROP',
    );
    const { idle } = await filteringOf(facts([rules]), [6379]);
    expect(idle.map(({ rule }) => rule)).toContain(`${shut} (iptables-save:6)`);
  });
});
