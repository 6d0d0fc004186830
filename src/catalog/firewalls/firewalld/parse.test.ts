import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, reach, type RuleSet, type Topology } from '../../../lang/packets/index.ts';
import { type FirewalldFiles, parseFirewalld } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;
const host: Topology = {
  interfaces: [
    { name: 'eth0', addresses: ['10.0.0.1', 'fd00::1'], networks: ['0.0.0.0/0', '::/0'] },
    { name: 'eth1', addresses: ['10.9.0.1'], networks: ['10.9.0.0/16', 'fd01::/64'] },
  ],
};
const quiet = 'DefaultZone=public\nIPv6_rpfilter=no\n';

function said(
  rules: RuleSet,
  source: string,
  more: { readonly port?: number; readonly by?: string } = {},
): string {
  const six = source.includes(':');
  const answers = reach([rules], host, {
    family: six ? 'ipv6' : 'ipv4',
    destination: six ? 'fd00::1' : '10.0.0.1',
    port: more.port ?? 6379,
    inInterface: more.by ?? 'eth0',
  });
  const hits = answers.filter(({ sources }) => contains(sources, source));
  const [first] = hits;
  return hits.every((one) => one.reach === first?.reach) ? (first?.reach ?? 'nothing') : 'depends';
}

const zone = (name: string, inner: string, target = '') => ({
  name,
  xml: `<zone${target}>\n${inner}\n</zone>`,
});
const open = (inner: string, more: FirewalldFiles = {}): RuleSet =>
  parseFirewalld({
    conf: quiet,
    version: '2.1.0',
    ...more,
    zones: [zone('public', inner), ...(more.zones ?? [])],
  });
const reasons = ({ problems }: RuleSet): string => problems.map(({ reason }) => reason).join('\n');
const redis = '<port port="6379" protocol="tcp"/>';

describe('zones', () => {
  it('let in by services, ports and protocols, and refuse the rest', () => {
    expect(said(open(''), '192.0.2.7')).toBe('no');
    for (const inner of [
      redis,
      '<service name="redis"/>',
      '<port port="6000-7000" protocol="tcp"/>',
      '<protocol value="tcp"/>',
    ])
      expect(said(open(inner), '192.0.2.7')).toBe('certain');
    expect(said(open('<port port="6379" protocol="udp"/>'), '192.0.2.7')).toBe('no');
    expect(said(open('<service name="nobody-knows"/>'), '192.0.2.7')).toBe('depends');
  });

  it('name the line that lets in', () => {
    const [answer] = reach([open(redis)], host, {
      family: 'ipv4',
      destination: '10.0.0.1',
      port: 6379,
      inInterface: 'eth0',
    });
    expect(answer?.because).toMatchObject({ file: '/etc/firewalld/zones/public.xml', line: 2 });
  });

  it('are chosen by source before interface, and by name among sources', () => {
    const zones = [
      zone('trusted', '<source address="192.0.2.0/24"/>', ' target="ACCEPT"'),
      zone('drop', '<source address="192.0.2.128/25"/><interface name="eth0"/>', ' target="DROP"'),
    ];
    const rules = open(redis, { zones });
    expect(said(rules, '192.0.2.7')).toBe('certain');
    expect(said(rules, '192.0.2.200')).toBe('no');
    expect(said(rules, '198.51.100.7')).toBe('no');
    expect(said(rules, '198.51.100.7', { by: 'eth1' })).toBe('certain');
  });

  it('are chosen by their priority first, where they have one', () => {
    const zones = [
      zone('aaa', '<source address="192.0.2.0/24"/>', ' target="DROP"'),
      zone('zzz', '<interface name="eth0"/>', ' target="ACCEPT" ingress-priority="-10"'),
    ];
    expect(said(open('', { zones }), '192.0.2.7')).toBe('certain');
  });

  it('are those that somebody put interfaces into', () => {
    const zones = [zone('work', '<interface name="eth0"/>', ' target="ACCEPT"')];
    expect(said(open('', { zones }), '192.0.2.7')).toBe('certain');
    expect(said(open('', { zones, interfaces: { eth0: 'public' } }), '192.0.2.7')).toBe('no');
  });

  it('send on what a forward-port names', () => {
    const rules = open('<forward-port port="16379" protocol="tcp" to-port="6379"/>');
    expect(said(rules, '192.0.2.7', { port: 16_379 })).toBe('certain');
    expect(said(rules, '192.0.2.7')).toBe('no');
  });

  it('of the stock are known, and an unknown default is told', () => {
    expect(said(parseFirewalld({ conf: 'DefaultZone=trusted' }), '192.0.2.7')).toBe('certain');
    const rules = parseFirewalld({ conf: 'DefaultZone=nowhere' });
    expect(said(rules, '192.0.2.7')).toBe('depends');
    expect(reasons(rules)).toContain('the default zone nowhere is not known');
  });
});

describe('rich rules', () => {
  const rich = (attributes: string, inner: string): string => `<rule${attributes}>${inner}</rule>`;
  const four = (inner: string, more = ''): string => rich(` family="ipv4"${more}`, inner);
  const from = (net: string): string => `<source address="${net}"/>`;

  it('refuse before they allow, at one priority', () => {
    const rules = open(four(`${from('192.0.2.0/24')}<drop/>`) + redis);
    expect(said(rules, '192.0.2.7')).toBe('no');
    expect(said(rules, '198.51.100.7')).toBe('certain');
  });

  it('go by their priority', () => {
    const accept = four(`${from('192.0.2.0/25')}${redis}<accept/>`, ' priority="-10"');
    const reject = four(`${from('192.0.2.0/24')}<reject/>`, ' priority="-5"');
    const rules = open(reject + accept + redis);
    expect([said(rules, '192.0.2.7'), said(rules, '192.0.2.200')]).toEqual(['certain', 'no']);
  });

  it('are for one family, and may be turned round', () => {
    const rules = open(
      rich(' family="ipv4"', `<source address="192.0.2.0/24" invert="yes"/>${redis}<accept/>`),
    );
    expect([said(rules, '192.0.2.7'), said(rules, '198.51.100.7'), said(rules, '2001:db8::7')]).toEqual([
      'no',
      'certain',
      'no',
    ]);
  });

  it('depend on rates, and on what is not known', () => {
    expect(
      said(open(rich('', '<service name="redis"/><accept><limit value="1/m"/></accept>')), '192.0.2.7'),
    ).toBe('depends');
    expect(said(open(rich('', '<source ipset="gone"/><accept/>')), '192.0.2.7')).toBe('depends');
    expect(said(open(rich('', '<source mac="00:11:22:33:44:55"/><accept/>')), '192.0.2.7')).toBe('depends');
  });

  it('only log where they only log', () => {
    expect(
      said(open(rich('', '<service name="redis"/><log prefix="x"><limit value="1/m"/></log>')), '192.0.2.7'),
    ).toBe('no');
  });

  it('are left out where firewalld leaves them out', () => {
    const rules = open(rich('', `${from('192.0.2.0/24')}${redis}<accept/>`));
    expect(said(rules, '192.0.2.7')).toBe('no');
    expect(reasons(rules)).toContain('a rule with an address needs a family');
  });

  it('know the members of sets', () => {
    const ipsets = [{ name: 'good', xml: '<ipset type="hash:net"><entry>192.0.2.0/24</entry></ipset>' }];
    const rules = open(rich('', `<source ipset="good"/>${redis}<accept/>`), { ipsets });
    expect([said(rules, '192.0.2.7'), said(rules, '198.51.100.7')]).toEqual(['certain', 'no']);
  });
});

describe('policies', () => {
  const policy = (attributes: string, inner: string, from = 'ANY', to = 'HOST') => ({
    name: 'p',
    xml: `<policy ${attributes}><ingress-zone name="${from}"/><egress-zone name="${to}"/>${inner}</policy>`,
  });
  const drop = '<rule family="ipv4"><source address="192.0.2.0/24"/><drop/></rule>';

  it('are asked before the zone below priority 0, and behind it above', () => {
    const before = open(redis, { policies: [policy('target="CONTINUE" priority="-1"', drop)] });
    expect([said(before, '192.0.2.7'), said(before, '198.51.100.7')]).toEqual(['no', 'certain']);
    const behind = open(redis, { policies: [policy('target="CONTINUE" priority="1"', drop)] });
    expect(said(behind, '192.0.2.7')).toBe('certain');
  });

  it('are for their zones', () => {
    const policies = [policy('target="ACCEPT"', '', 'work')];
    const zones = [zone('work', '<source address="192.0.2.0/24"/>')];
    const rules = open('', { policies, zones });
    expect([said(rules, '192.0.2.7'), said(rules, '198.51.100.7')]).toEqual(['certain', 'no']);
  });
});

describe('firewalld', () => {
  it('gives up on everything for one rule', () => {
    const destination = '<destination address="10.0.0.1"/>';
    const rules = open(`<rule family="ipv4">${destination}<service name="mdns"/><accept/></rule>`);
    expect(
      rules.problems
        .filter(({ fatal }) => fatal)
        .map(({ reason }) => reason)
        .join(),
    ).toContain('falls back');
  });

  it('lets nobody in while it panics', () => {
    expect(said(open(redis, { panic: true }), '192.0.2.7')).toBe('no');
  });

  it('drop IPv6 whose answers would go another way', () => {
    const said7 = (mode: string): readonly string[] =>
      ['2001:db8::7', 'fd01::7'].map((source) =>
        said(open(redis, { conf: `DefaultZone=public\n${mode}` }), source),
      );
    expect(said7('IPv6_rpfilter=no')).toEqual(['certain', 'certain']);
    for (const strict of ['', 'IPv6_rpfilter=yes', 'IPv6_rpfilter=strict'])
      expect(said7(strict)).toEqual(['certain', 'no']);
    // Any way will do; and what is not forwarded is not asked.
    for (const free of ['loose', 'strict-forward'])
      expect(said7(`IPv6_rpfilter=${free}`)).toEqual(['certain', 'certain']);
  });

  it('hands on rules of iptables', () => {
    const direct =
      '<direct><rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-s 192.0.2.0/24 -p tcp --dport 6379 -j DROP</rule></direct>';
    const rules = open(redis, { direct });
    expect([said(rules, '192.0.2.7'), said(rules, '198.51.100.7')]).toEqual(['no', 'certain']);
  });

  it('lists what it holds, which counts before its files', () => {
    const allZones = `public (default, active)
  target: default
  interfaces: eth0
  sources:
  services: ssh
  ports: 6380/tcp
  forward-ports:
\tport=16379:proto=tcp:toport=6379:toaddr=
  rich rules:
\trule family="ipv4" source NOT address="192.0.2.0/24" port port="6379" protocol="tcp" accept
`;
    const rules = open(redis, { allZones });
    expect([said(rules, '192.0.2.7'), said(rules, '198.51.100.7')]).toEqual(['no', 'certain']);
    expect(said(rules, '192.0.2.7', { port: 6380 })).toBe('certain');
    expect(said(rules, '192.0.2.7', { port: 16_379 })).toBe('certain');
  });

  it('may be given anything without a throw', () => {
    const word = fc.constantFrom(
      '<rule>', '</rule>', '<rule family="ipv4" priority="99999">', '<source address="a"/>', '<source ipset="s"/>', '<drop/>',
      '<accept/>', '<service name="a"/>', '<port port="x" protocol="tcp"/>', '<forward-port port="1" protocol="tcp"/>',
      '<include service="a"/>', '<entry>1.2.3</entry>', '<masquerade/>', '<interface name="+"/>', '<mark set="x"/>', '\n',
    ); // prettier-ignore
    const inner = fc.array(word, { maxLength: 12 }).map((words) => words.join(''));
    const list = fc.oneof(
      fc.string({ maxLength: 60 }),
      inner.map((text) => `public\n  target: x\n  ports: ${text}\n\t${text}\n  rich rules:\n\trule ${text}`),
    );
    fc.assert(
      fc.property(inner, inner, inner, list, (a, b, c, allZones) => {
        const files: FirewalldFiles = {
          zones: [zone('public', a), { name: 'x', xml: b }],
          policies: [{ name: 'p', xml: `<policy>${b}</policy>` }],
          ipsets: [{ name: 's', xml: `<ipset type="hash:ip,port">${c}</ipset>` }],
          services: [{ name: 'a', xml: `<service>${c}</service>` }],
          direct: `<direct>${b}</direct>`,
        };
        expect(parseFirewalld(files).backend).toBe('firewalld');
        const listed = parseFirewalld({ ...files, allZones, allPolicies: allZones });
        expect(said(listed, '192.0.2.7')).toMatch(/^(?:certain|no|depends)$/);
      }),
      { numRuns: runs },
    );
  });
});
