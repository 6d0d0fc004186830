import { describe, expect, it } from 'vitest';
import { decides, reaches } from '../../../../test/live/firewalls/clouds-reach.ts';
import { parseAws } from './index.ts';

const group = (id: string, permissions: readonly object[]): object => ({
  GroupId: id,
  GroupName: id,
  VpcId: 'vpc-1',
  OwnerId: '1',
  IpPermissions: permissions,
});
const allow = (cidr: string, from = 6379, to = from): object => ({
  IpProtocol: 'tcp',
  FromPort: from,
  ToPort: to,
  IpRanges: [{ CidrIp: cidr }],
});
const documents = (...values: readonly object[]) =>
  values.map((value) => ({ text: JSON.stringify(value, null, 1) }));
const groups = (...some: readonly object[]): object => ({ SecurityGroups: some });
const entry = (
  RuleNumber: number,
  Egress: boolean,
  RuleAction: string,
  CidrBlock: string,
  ports?: readonly [number, number],
): object => ({
  RuleNumber,
  Egress,
  RuleAction,
  CidrBlock,
  Protocol: ports ? '6' : '-1',
  ...(ports && { PortRange: { From: ports[0], To: ports[1] } }),
});
const acl = (...Entries: readonly object[]): object => ({
  NetworkAcls: [{ NetworkAclId: 'acl-1', Entries, Associations: [{ SubnetId: 'subnet-1' }] }],
});
const subnets = { Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24' }] };

describe('security groups', () => {
  it('name the line of the network that lets somebody in', () => {
    const { ruleSets } = parseAws([
      { text: JSON.stringify(groups(group('sg-1', [allow('10.0.0.0/8')])), null, 1), file: 'groups.json' },
    ]);
    expect(reaches(ruleSets, '10.1.1.1')).toBe('certain');
    expect(reaches(ruleSets, '8.8.8.8')).toBe('no');
    expect(decides(ruleSets, '10.1.1.1')).toMatchObject({
      file: 'groups.json',
      line: 14,
      text: 'sg-1: tcp 6379 from 10.0.0.0/8',
    });
  });

  it('of one host add up', () => {
    const text = documents(
      groups(group('sg-1', [allow('10.0.0.0/8')]), group('sg-2', [allow('192.0.2.0/24')])),
    );
    const { ruleSets } = parseAws(text, { host: { groups: ['sg-1', 'sg-2'] } });
    const host = ruleSets.filter(({ subject }) => subject.kind === 'host');
    expect([reaches(host, '10.1.1.1'), reaches(host, '192.0.2.1'), reaches(host, '8.8.8.8')]).toEqual([
      'certain',
      'certain',
      'no',
    ]);
  });

  it('that refer to others mean their members, or somebody in the network', () => {
    const rule = {
      IpProtocol: 'tcp',
      FromPort: 6379,
      ToPort: 6379,
      UserIdGroupPairs: [{ GroupId: 'sg-app' }],
    };
    const text = documents(groups(group('sg-1', [rule])));
    const known = parseAws(text, { members: { 'sg-app': ['10.0.0.9'] } }).ruleSets;
    expect([reaches(known, '10.0.0.9'), reaches(known, '10.0.0.8')]).toEqual(['certain', 'no']);
    const open = parseAws(text, { networks: ['10.0.0.0/16'] }).ruleSets;
    expect([reaches(open, '10.0.0.9'), reaches(open, '10.1.0.9')]).toEqual(['depends', 'no']);
    const { ruleSets, problems } = parseAws(text);
    expect([reaches(ruleSets, '10.1.0.9'), reaches(ruleSets, '8.8.8.8')]).toEqual(['depends', 'no']);
    expect(problems).toMatchObject([{ reason: expect.stringContaining('taken to be private') }]);
  });

  it('take members from the network interfaces of an account', () => {
    const rule = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] };
    const { ruleSets } = parseAws(
      documents(groups(group('sg-1', [rule])), {
        NetworkInterfaces: [
          { NetworkInterfaceId: 'eni-1', Groups: [{ GroupId: 'sg-1' }], PrivateIpAddress: '10.0.0.7' },
        ],
      }),
    );
    expect(ruleSets.map(({ subject }) => subject.id)).toEqual(['sg-1', 'eni-1']);
    for (const ruleSet of ruleSets)
      expect([reaches([ruleSet], '10.0.0.7'), reaches([ruleSet], '10.0.0.8')]).toEqual(['certain', 'no']);
  });

  it('are read rule by rule as well', () => {
    const rule = {
      SecurityGroupRuleId: 'sgr-1',
      GroupId: 'sg-9',
      IsEgress: false,
      IpProtocol: 'tcp',
      FromPort: 6379,
      ToPort: 6379,
      CidrIpv4: '10.0.0.0/8',
    };
    const { ruleSets } = parseAws(
      documents({ SecurityGroupRules: [rule, { ...rule, IsEgress: true, CidrIpv4: '0.0.0.0/0' }] }),
    );
    expect([reaches(ruleSets, '10.0.0.1'), reaches(ruleSets, '8.8.8.8')]).toEqual(['certain', 'no']);
  });

  it('open prefix lists to whoever is in them', () => {
    const rule = {
      IpProtocol: 'tcp',
      FromPort: 6379,
      ToPort: 6379,
      PrefixListIds: [{ PrefixListId: 'pl-1' }],
    };
    const text = groups(group('sg-1', [rule]));
    expect(reaches(parseAws(documents(text)).ruleSets, '8.8.8.8')).toBe('depends');
    const known = documents(text, { PrefixLists: [{ PrefixListId: 'pl-1', Cidrs: ['192.0.2.0/24'] }] });
    expect(reaches(parseAws(known).ruleSets, '8.8.8.8')).toBe('no');
    expect(reaches(parseAws(known).ruleSets, '192.0.2.3')).toBe('certain');
  });

  it('never count as safe where a network cannot be read', () => {
    const { ruleSets, problems } = parseAws(documents(groups(group('sg-1', [allow('10.0.0.0/99')]))));
    expect(reaches(ruleSets, '8.8.8.8')).toBe('depends');
    expect(problems).toMatchObject([{ fatal: true, reason: expect.stringContaining('no network') }]);
  });

  it('do not stand between a host and itself', () => {
    const { ruleSets } = parseAws(documents(groups(group('sg-1', []))));
    const [chain] = ruleSets[0]?.tables[0]?.chains ?? [];
    expect(chain?.rules[0]?.when).toEqual([{ match: 'in-interface', names: ['lo'] }]);
  });
});

describe('network ACLs', () => {
  it('are tried by number, whatever the order in the file', () => {
    const way = entry(100, true, 'allow', '0.0.0.0/0');
    const { ruleSets } = parseAws(
      documents(
        acl(entry(200, false, 'allow', '0.0.0.0/0'), entry(100, false, 'deny', '8.8.8.0/24'), way),
        subnets,
      ),
    );
    expect([reaches(ruleSets, '8.8.8.8'), reaches(ruleSets, '9.9.9.9')]).toEqual(['no', 'certain']);
  });

  it('need a rule for the way back', () => {
    const inward = entry(100, false, 'allow', '0.0.0.0/0');
    const none = parseAws(documents(acl(inward), subnets)).ruleSets;
    expect(reaches(none, '8.8.8.8')).toBe('no');
    const all = parseAws(
      documents(acl(inward, entry(100, true, 'allow', '0.0.0.0/0', [1024, 65_535])), subnets),
    ).ruleSets;
    expect(reaches(all, '8.8.8.8')).toBe('certain');
    const some = parseAws(
      documents(acl(inward, entry(100, true, 'allow', '0.0.0.0/0', [32_768, 60_999])), subnets),
    ).ruleSets;
    // Who calls from one of these.
    expect(reaches(some, '8.8.8.8')).toBe('certain');
  });

  it('do not stand between two hosts of one subnet', () => {
    const { ruleSets } = parseAws(documents(acl(entry(100, false, 'deny', '0.0.0.0/0')), subnets));
    expect([reaches(ruleSets, '10.0.0.200'), reaches(ruleSets, '10.0.1.200')]).toEqual(['certain', 'no']);
  });

  it('stand before the groups of a host', () => {
    const text = documents(
      groups(group('sg-1', [allow('0.0.0.0/0')])),
      acl(entry(100, false, 'allow', '192.0.2.0/24'), entry(100, true, 'allow', '0.0.0.0/0')),
      subnets,
    );
    const { ruleSets } = parseAws(text, { host: { groups: ['sg-1'], subnet: 'subnet-1' } });
    const host = ruleSets.filter(({ subject }) => subject.kind === 'host');
    expect([reaches(host, '192.0.2.1'), reaches(host, '8.8.8.8'), reaches(host, '10.0.0.9')]).toEqual([
      'certain',
      'no',
      'certain',
    ]);
  });
});
