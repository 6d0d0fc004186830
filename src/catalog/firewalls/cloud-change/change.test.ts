import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeCloud, type CloudChange, type CloudName, type CloudWish, wayBack, withStep } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 400 : 8;
const ports = [[6379, 6379]] as const;
type Proved = Extract<CloudChange, { readonly steps: unknown }>;

const ask = (cloud: CloudName, document: unknown, wish: Partial<CloudWish>): CloudChange =>
  changeCloud(cloud, [{ text: JSON.stringify(document) }], { mode: 'only', ports, sources: [], ...wish });

function proved(cloud: CloudName, document: unknown, wish: Partial<CloudWish>): Proved {
  const change = ask(cloud, document, wish);
  if ('refused' in change) throw new Error(change.refused);
  return change;
}

const kinds = (change: Proved): readonly string[] =>
  change.steps.map(({ name, before, after }) => `${after ? (before ? 'change' : 'make') : 'remove'} ${name}`);

const tcp = (port: number, ...cidrs: readonly string[]): object => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  IpRanges: cidrs.map((CidrIp) => ({ CidrIp })),
});
const group = (...IpPermissions: readonly object[]): object => ({
  SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'redis', Description: 'd', VpcId: 'vpc-1', IpPermissions }],
});

describe('a security group', () => {
  it('has its open rule replaced, first the new one, and keeps the good source beside it', () => {
    const change = proved('aws', group(tcp(6379, '0.0.0.0/0', '10.1.0.0/16'), tcp(22, '0.0.0.0/0')), {
      sources: ['10.0.0.0/8'],
    });
    expect(kinds(change)).toEqual(['make tcp 6379 from 10.0.0.0/8', 'remove tcp 6379 from 0.0.0.0/0']);
    expect(change.notes).toEqual([expect.stringContaining('not looked at')]);
  });

  it('keeps what a wider rule lets in beside the port, and says what it cannot keep', () => {
    const change = proved('aws', group({ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }), {
      sources: ['10.1.0.0/16'],
    });
    expect(kinds(change)).toEqual([
      'make tcp 0-6378 from 10.0.0.0/8',
      'make tcp 6380-65535 from 10.0.0.0/8',
      'make udp 0-65535 from 10.0.0.0/8',
      'make icmp -1 from 10.0.0.0/8',
      'make icmpv6 -1 from 10.0.0.0/8',
      'make tcp 6379 from 10.1.0.0/16',
      'remove everything from 10.0.0.0/8',
    ]);
    expect(change.notes).toEqual([
      'GRE, ESP, SCTP is no longer let in from 10.0.0.0/8 by security-group sg-1',
      expect.stringContaining('not looked at') as string,
    ]);
  });

  it('tells members of one group from those of another', () => {
    const pair = (GroupId: string): object => ({ ...tcp(6379), UserIdGroupPairs: [{ GroupId }] });
    const change = proved('aws', group(pair('sg-app'), pair('sg-other')), { sources: ['sg-app'] });
    expect(kinds(change)).toEqual(['remove tcp 6379 from sg-other']);
  });

  it('is left as it is where it is right', () => {
    expect(proved('aws', group(tcp(6379, '10.0.0.0/8')), { sources: ['10.0.0.0/8'] }).steps).toEqual([]);
    expect(
      proved('aws', group(tcp(6379, '10.0.0.0/8')), { mode: 'allow', sources: ['10.2.3.4'] }).steps,
    ).toEqual([]);
  });

  it('has one source taken out of a rule', () => {
    const change = proved('aws', group(tcp(6379, '10.0.0.0/30')), { mode: 'deny', sources: ['10.0.0.1'] });
    expect(kinds(change)).toEqual([
      'make tcp 6379 from 10.0.0.0/32',
      'make tcp 6379 from 10.0.0.2/31',
      'remove tcp 6379 from 10.0.0.0/30',
    ]);
  });

  it('is not taken for right where a network may hold members of who shall be kept out', () => {
    expect(ask('aws', group(tcp(6379, '10.0.0.0/8')), { mode: 'deny', sources: ['sg-bad'] })).toMatchObject({
      refused: expect.stringContaining('10.0.0.0/8 may hold members of sg-bad') as string,
    });
    const pair = { ...tcp(6379), UserIdGroupPairs: [{ GroupId: 'sg-app' }] };
    expect(proved('aws', group(pair), { mode: 'deny', sources: ['10.0.0.0/8'] }).notes.join()).toContain(
      'members of sg-app still get in',
    );
  });

  it('keeps a rule for one port apart from the other ports of a wish', () => {
    const change = proved('aws', group(tcp(6379, '10.0.0.0/31')), {
      mode: 'deny',
      sources: ['10.0.0.1'],
      ports: [
        [6379, 6379],
        [6381, 6381],
      ],
    });
    expect(kinds(change)).toEqual(['make tcp 6379 from 10.0.0.0/32', 'remove tcp 6379 from 10.0.0.0/31']);
  });

  it('is not guessed among several', () => {
    const two = {
      SecurityGroups: [
        { GroupId: 'sg-1', IpPermissions: [] },
        { GroupId: 'sg-2', IpPermissions: [] },
      ],
    };
    expect(ask('aws', two, { sources: ['10.0.0.0/8'] })).toMatchObject({
      refused: expect.stringContaining('sg-1, sg-2') as string,
    });
    expect(proved('aws', two, { sources: ['10.0.0.0/8'], owner: 'sg-2' }).steps).toHaveLength(1);
  });

  const anyPermission = fc.record({
    IpProtocol: fc.constantFrom('tcp', '6', 'udp', '-1', 'icmp'),
    FromPort: fc.constantFrom(0, 1, 6000, 6379, 6380),
    ToPort: fc.constantFrom(6379, 6380, 7000, 65_535),
    IpRanges: fc.uniqueArray(
      fc
        .constantFrom('0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32', '192.168.0.0/16')
        .map((CidrIp) => ({ CidrIp })),
      { maxLength: 3, selector: ({ CidrIp }) => CidrIp },
    ),
    UserIdGroupPairs: fc.constantFrom([], [{ GroupId: 'sg-app' }], [{ GroupId: 'sg-1' }]),
  });

  it('comes back by the way back, whatever stood in it', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(anyPermission, { maxLength: 5 }),
        fc.uniqueArray(
          fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', 'sg-app', '203.0.113.0/24', '2001:db8::/32'),
          { minLength: 1, maxLength: 3 },
        ),
        fc.constantFrom('only' as const, 'allow' as const, 'deny' as const),
        (permissions, sources, mode) => {
          const change = ask(
            'aws',
            group(...permissions.filter(({ FromPort, ToPort }) => FromPort <= ToPort)),
            { sources, mode },
          );
          // Too many rules may stand in the way, and members that may be anywhere.
          if ('refused' in change) {
            expect(change.refused).toMatch(/AWS allows 60|may hold members/);
            return;
          }
          const there = change.steps.reduce(withStep, change.objects);
          const home = wayBack(change.steps).reduce(withStep, there);
          const again = (state: unknown): unknown => ask('aws', { SecurityGroups: state }, { sources, mode });
          expect(again(there)).toMatchObject({ steps: [] });
          const said = (one: unknown): unknown => (one as Proved).steps.map(({ name }) => name).toSorted();
          expect(said(again(home))).toEqual(said(change));
        },
      ),
      { numRuns: runs },
    );
  });
});

describe('a network ACL', () => {
  const acl = (...Entries: readonly object[]): object => ({
    NetworkAcls: [{ NetworkAclId: 'acl-1', Associations: [{ SubnetId: 'subnet-1' }], Entries }],
  });
  const all = (RuleNumber: number, RuleAction: string): object => ({
    RuleNumber,
    RuleAction,
    Protocol: '-1',
    Egress: false,
    CidrBlock: '0.0.0.0/0',
  });

  it('gets its entries before the one that lets all in', () => {
    const change = proved(
      'aws',
      acl(all(100, 'allow'), all(32_767, 'deny'), { ...all(100, 'allow'), Egress: true }),
      { sources: ['10.0.0.0/8'] },
    );
    expect(change.steps.map(({ after }) => [after?.['RuleNumber'], after?.['RuleAction']])).toEqual([
      [97, 'allow'],
      [98, 'deny'],
      [99, 'deny'],
    ]);
  });

  it('is refused where there is no room, since entries of others are not renumbered', () => {
    expect(ask('aws', acl(all(2, 'allow')), { sources: ['10.0.0.0/8'] })).toMatchObject({
      refused: expect.stringContaining('no room') as string,
    });
  });
});

const nsgRule = (name: string, priority: number, more: object = {}): object => ({
  name,
  priority,
  direction: 'Inbound',
  access: 'Allow',
  protocol: 'Tcp',
  sourcePortRange: '*',
  sourceAddressPrefix: '*',
  destinationAddressPrefix: '*',
  destinationPortRange: '6379',
  ...more,
});
const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;
const nsg = (...securityRules: readonly object[]): object => ({
  name: 'nsg1',
  location: 'x',
  securityRules,
  id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg1',
});

describe('a network security group', () => {
  it('has its open rule narrowed, and the rest of the virtual network kept out behind it', () => {
    const change = proved(
      'azure',
      nsg(nsgRule('redis', 200), nsgRule('ssh', 300, { destinationPortRange: '22' })),
      {
        sources: ['10.0.0.0/8'],
      },
    );
    expect(kinds(change)).toEqual(['change redis', 'make keyward-deny-6379']);
    expect(change.notes.join()).toContain('AzureLoadBalancer');
  });

  it('needs no denial where the virtual network shall get in', () => {
    const change = proved('azure', nsg(nsgRule('redis', 200)), {
      sources: ['10.0.0.0/8', 'VirtualNetwork', 'AzureLoadBalancer'],
    });
    expect(kinds(change)).toEqual(['change redis']);
  });

  it('leaves a rule for many ports alone, and comes before it', () => {
    const change = proved('azure', nsg(nsgRule('wide', 110, { destinationPortRange: '*', protocol: '*' })), {
      sources: ['10.0.0.0/8'],
    });
    expect(change.steps.map(({ after }) => [after?.['name'], after?.['priority']])).toEqual([
      ['keyward-allow-6379', 108],
      ['keyward-deny-6379', 109],
    ]);
  });

  it('is refused where no priority is free before that', () => {
    expect(
      ask('azure', nsg(nsgRule('wide', 100, { destinationPortRange: '*' })), { sources: ['10.0.0.0/8'] }),
    ).toMatchObject({
      refused: expect.stringContaining('no room') as string,
    });
  });

  it('denies some before the rule that lets them in', () => {
    const change = proved('azure', nsg(nsgRule('redis', 200)), { mode: 'deny', sources: ['10.6.0.0/16'] });
    expect(change.steps).toMatchObject([
      { after: { priority: 199, access: 'Deny', sourceAddressPrefix: '10.6.0.0/16' } },
    ]);
  });

  it('asks at both sides of every place that a rule names', () => {
    const destinations = {
      destinationAddressPrefixes: ['10.9.0.4', '10.9.0.8/30'],
      destinationAddressPrefix: '',
    };
    const change = proved('azure', nsg(nsgRule('redis', 200, destinations)), {
      mode: 'allow',
      sources: ['10.6.0.0/16'],
    });
    expect(change.steps).toMatchObject([{ after: { access: 'Allow', destinationAddressPrefix: '*' } }]);
    const many = Array.from({ length: 120 }, (_, index) => `10.9.${index}.4`);
    const wide = { destinationAddressPrefixes: many, destinationAddressPrefix: '' };
    expect(ask('azure', nsg(nsgRule('redis', 200, wide)), { sources: ['10.6.0.0/16'] })).toMatchObject({
      refused: expect.stringContaining('destinations apart') as string,
    });
  });

  it('does not count a rule for one port of whoever asks as a way in', () => {
    const change = proved('azure', nsg(nsgRule('redis', 200, { sourcePortRange: '53' })), {
      mode: 'allow',
      sources: ['10.6.0.0/16'],
    });
    expect(change.steps).toHaveLength(1);
  });

  it('denies a name before networks that may hold it, and a network before names', () => {
    for (const [prefix, source] of [
      ['10.0.0.0/8', 'VirtualNetwork'],
      ['AzureCloud', '10.0.0.0/8'],
    ] as const) {
      const wish = { mode: 'deny', sources: [source] } as const;
      const change = proved('azure', nsg(nsgRule('redis', 200, { sourceAddressPrefix: prefix })), wish);
      expect(change.steps).toMatchObject([{ after: { priority: 199, sourceAddressPrefix: source } }]);
      expect(proved('azure', change.wanted, wish).steps).toEqual([]);
    }
  });

  const anyRule = fc.record({
    access: fc.constantFrom('Allow', 'Deny'),
    protocol: fc.constantFrom('Tcp', '*', 'Udp'),
    destinationPortRange: fc.constantFrom('6379', '*', '22', '6000-7000'),
    sourceAddressPrefix: fc.constantFrom(
      '*',
      'Internet',
      'VirtualNetwork',
      '10.0.0.0/8',
      '10.1.0.0/16',
      'AzureCloud',
    ),
    destinationAddressPrefix: fc.constantFrom('*', '10.9.0.4'),
  });

  it('comes to the wish whatever stood in it, and back again', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 5 }),
        fc.uniqueArray(fc.constantFrom('10.0.0.0/8', 'VirtualNetwork', '203.0.113.0/24', 'AzureCloud'), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.constantFrom('only' as const, 'allow' as const, 'deny' as const),
        (rules, sources, mode) => {
          const document = nsg(...rules.map((rule, index) => nsgRule(`r${index}`, 200 + 10 * index, rule)));
          const change = proved('azure', document, { sources, mode });
          const there = change.steps.reduce(withStep, change.objects);
          expect(proved('azure', there, { sources, mode }).steps).toEqual([]);
          const rulesOf = (state: readonly object[]): unknown =>
            state.map((one) => (one as { securityRules: { name: string }[] }).securityRules.toSorted(byName));
          expect(rulesOf(wayBack(change.steps).reduce(withStep, there))).toEqual(rulesOf(change.objects));
        },
      ),
      { numRuns: runs },
    );
  });
});

describe('rules of a VPC network', () => {
  const rule = (name: string, more: object = {}): object => ({
    name,
    network: 'projects/p/global/networks/n',
    direction: 'INGRESS',
    priority: 1000,
    sourceRanges: ['0.0.0.0/0'],
    allowed: [{ IPProtocol: 'tcp', ports: ['6379'] }],
    ...more,
  });

  it('are narrowed where one is for this port alone', () => {
    expect(kinds(proved('gcp', [rule('a')], { sources: ['10.0.0.0/8'] }))).toEqual(['change a']);
  });

  it('let nobody in by an address who is denied by a tag, nor the other way round', () => {
    const internal = rule('default-allow-internal', {
      sourceRanges: ['10.128.0.0/9'],
      allowed: [{ IPProtocol: 'tcp', ports: ['0-65535'] }],
    });
    const deny = proved('gcp', [internal], { mode: 'deny', sources: ['tag:bad'] });
    expect(deny.steps).toMatchObject([{ after: { priority: 999, sourceTags: ['bad'] } }]);
    const denied = proved('gcp', [internal, ...deny.wanted], { mode: 'deny', sources: ['tag:bad'] });
    expect(denied.steps).toEqual([]);
    const tagged = [
      rule('no', {
        priority: 900,
        allowed: undefined,
        denied: [{ IPProtocol: 'tcp' }],
        sourceRanges: ['10.0.0.0/8'],
      }),
      rule('app', { sourceRanges: undefined, sourceTags: ['app'] }),
    ];
    const allow = proved('gcp', tagged, { mode: 'allow', sources: ['tag:app'] });
    expect(allow.steps).toMatchObject([{ after: { priority: 899, sourceTags: ['app'] } }]);
    expect(
      proved('gcp', [...tagged, ...allow.wanted], { mode: 'allow', sources: ['tag:app'] }).steps,
    ).toEqual([]);
    expect(
      proved('gcp', [rule('app', { sourceRanges: undefined, sourceTags: ['app'] })], {
        mode: 'deny',
        sources: ['10.0.0.0/8'],
      }).steps,
    ).toHaveLength(1);
  });

  it('stay as they are for other instances', () => {
    const change = proved('gcp', [rule('a'), rule('b', { targetTags: ['web'] })], {
      sources: ['tag:app'],
      target: ['redis'],
    });
    expect(change.steps.map(({ after }) => [after?.['priority'], after?.['targetTags']])).toEqual([
      [997, ['redis']],
      [998, ['redis']],
      [999, ['redis']],
    ]);
  });

  it('of service accounts guard instances with the target tag as well', () => {
    const account = rule('sa', { priority: 10, targetServiceAccounts: ['a@p'] });
    const change = proved('gcp', [account, rule('r', { targetTags: ['redis'] })], {
      sources: ['10.0.0.0/8'],
      target: ['redis'],
    });
    expect(change.steps.map(({ after }) => after?.['priority'])).toEqual([7, 8, 9]);
    const many = Array.from({ length: 201 }, (_, index) => rule(`r${index}`, { targetTags: [`t${index}`] }));
    expect(ask('gcp', many, { sources: ['10.0.0.0/8'] })).toMatchObject({
      refused: expect.stringContaining('201 tags') as string,
    });
  });

  it('are not changed by what policies around them say', () => {
    expect(
      ask('gcp', { firewalls: [rule('a')], firewallPolicys: [{ rules: [] }] }, { sources: ['10.0.0.0/8'] }),
    ).toMatchObject({
      refused: expect.stringContaining('effective') as string,
    });
  });
});

describe('policies of Kubernetes', () => {
  const policy = (name: string, ingress: readonly object[], labels: object = { app: 'redis' }): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'd' },
    spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress },
  });
  const target = ['app=redis'];

  it('close one port of pods that none selected, and no other', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'r', namespace: 'd', labels: { app: 'redis' } },
      spec: {},
    };
    const { steps } = proved('kubernetes', pod, { sources: ['pods:app=web'], target });
    expect(steps).toMatchObject([
      {
        after: {
          spec: {
            ingress: [
              { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 6379 }] },
              {
                ports: [
                  { port: 1, endPort: 6378 },
                  { port: 6380, endPort: 65_535 },
                  { protocol: 'UDP' },
                  { protocol: 'SCTP' },
                ],
              },
            ],
          },
        },
      },
    ]);
  });

  const pod = (labels: object, more: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'r', namespace: 'd', labels },
    spec: {},
    ...more,
  });
  const list = (...items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items });

  it('are not made for pods that nobody has seen: a policy may select them by their other labels', () => {
    const other = policy('by-tier', [], { tier: 'db' });
    const wish = { sources: ['10.0.0.0/8'], target, owner: 'd' };
    expect(ask('kubernetes', other, wish)).toMatchObject({
      refused: expect.stringContaining('no pod of namespace d in the documents has app=redis') as string,
    });
    expect(ask('kubernetes', list(other, policy('p', [{ ports: [{ port: 6379 }] }])), wish)).toMatchObject({
      refused: expect.stringContaining('by-tier may select') as string,
    });
    expect(ask('kubernetes', list(other, pod({ app: 'redis', tier: 'db' })), wish)).toHaveProperty('refused');
    expect(ask('kubernetes', list(other, pod({ app: 'redis', tier: 'web' })), wish)).toHaveProperty('steps');
  });

  it('close real pods too, whose node is not kept out, and say so, and say which service hides sources', () => {
    const real = pod({ app: 'redis' }, { status: { hostIP: '10.1.0.9', podIP: '10.9.0.7' } });
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'outside', namespace: 'd' },
      spec: { type: 'NodePort', selector: { app: 'redis' }, ports: [{ port: 6379 }] },
    };
    const byPods = proved('kubernetes', list(real, service), { sources: ['pods:app=web'], target });
    expect(byPods.notes.join()).toContain('the node of a pod');
    expect(byPods.notes.join()).not.toContain('hides');
    const byNetwork = proved('kubernetes', list(real, service), { sources: ['192.0.2.0/24'], target });
    expect(byNetwork.notes.join()).toContain('service outside hides who asks');
  });

  it('are not cut by the address of a pod that they mean by its labels', () => {
    const web = pod({ app: 'web' }, { status: { podIP: '10.9.0.7' } });
    const from = [{ podSelector: { matchLabels: { app: 'web' } } }];
    const open = policy('p', [{ from, ports: [{ port: 6379 }] }]);
    const wish = { mode: 'deny', sources: ['10.0.0.0/8'], target } as const;
    expect(ask('kubernetes', list(web, open), wish)).toMatchObject({
      refused: expect.stringContaining('by their labels') as string,
    });
    expect(proved('kubernetes', open, wish).notes.join()).toContain('still get in');
  });

  it('have names of their own, which end in a letter or a digit', () => {
    const first = proved('kubernetes', pod({ app: 'redis' }), { sources: ['pods:app=web'], target });
    const wish = { sources: ['pods:app=web', 'pods:app=api'], target };
    const second = proved('kubernetes', list(pod({ app: 'redis' }), ...first.wanted), wish);
    expect(kinds(second)).toEqual(['make keyward-only-redis-6379-2']);
    const long = 'a'.repeat(45);
    const odd = proved('kubernetes', pod({ app: `${long}.x` }), {
      sources: ['10.0.0.0/8'],
      target: [`app=${long}.x`],
    });
    expect(odd.steps[0]?.name).toMatch(/[a-z0-9]$/);
  });

  it('are narrowed at this port, and keep the other ones and the good sources', () => {
    const open = policy('p', [
      {
        from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { podSelector: { matchLabels: { app: 'web' } } }],
        ports: [{ port: 6379 }, { port: 9121 }],
      },
    ]);
    const change = proved('kubernetes', open, { sources: ['10.0.0.0/8', 'pods:app=web'], target });
    expect(kinds(change)).toEqual(['make keyward-only-redis-6379', 'change p']);
  });

  it('are not narrowed where they guard other pods as well', () => {
    const open = policy('p', [{ ports: [{ port: 6379 }] }], {});
    expect(ask('kubernetes', open, { sources: ['10.0.0.0/8'], target })).toMatchObject({
      refused: expect.stringContaining('may guard other pods') as string,
    });
  });
});

describe('what cannot be read', () => {
  it.each(['aws', 'azure', 'gcp', 'kubernetes'] as const)(
    'gives no change of %s, and throws nothing',
    (cloud) => {
      fc.assert(
        fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
          const change = changeCloud(cloud, [{ text }], {
            mode: 'only',
            ports,
            sources: ['10.0.0.0/8'],
            target: ['a=b'],
          });
          // No document made by chance guards anybody.
          expect(change).toHaveProperty('hint');
        }),
        { numRuns: runs },
      );
    },
  );
});
