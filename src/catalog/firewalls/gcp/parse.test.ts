import { describe, expect, it } from 'vitest';
import { decides, reaches } from '../../../../test/live/firewalls/clouds-reach.ts';
import { parseGcp } from './index.ts';

const tcp = [{ IPProtocol: 'tcp', ports: ['6379'] }];
const rule = (name: string, more: object): object => ({
  name,
  network: 'projects/p/global/networks/n',
  direction: 'INGRESS',
  ...more,
});
const list = (...rules: readonly object[]) => [{ text: JSON.stringify(rules, null, 1) }];
const policy = (shortName: string, ...rules: readonly object[]): object => ({
  shortName,
  type: 'HIERARCHY',
  rules,
});
const policyRule = (priority: number, action: string, ...srcIpRanges: readonly string[]): object => ({
  priority,
  action,
  direction: 'INGRESS',
  match: { srcIpRanges, layer4Configs: [{ ipProtocol: 'tcp', ports: ['6379'] }] },
});
const effective = (policies: readonly object[], firewalls: readonly object[]) => [
  { text: JSON.stringify({ firewallPolicys: policies, firewalls }) },
];

describe('firewall rules of GCP', () => {
  it('deny before they allow where the priority is the same', () => {
    const { ruleSets } = parseGcp(
      list(
        rule('a', { sourceRanges: ['0.0.0.0/0'], allowed: tcp }),
        rule('d', { sourceRanges: ['8.0.0.0/8'], denied: [{ IPProtocol: 'all' }] }),
      ),
    );
    expect([reaches(ruleSets, '8.8.8.8'), reaches(ruleSets, '9.9.9.9')]).toEqual(['no', 'certain']);
    expect(decides(ruleSets, '8.8.8.8')?.text).toBe('d: 1000 deny from 8.0.0.0/8');
    expect(reaches(ruleSets, '2001:db8::1')).toBe('no');
  });

  it('belong to their network each', () => {
    const { ruleSets } = parseGcp(
      list(rule('a', { allowed: tcp }), { ...rule('b', { allowed: tcp }), network: 'global/networks/m' }),
    );
    expect(ruleSets.map(({ subject }) => subject)).toEqual([
      { kind: 'network', id: 'n' },
      { kind: 'network', id: 'm' },
    ]);
  });

  it('that are for some instances only depend on which one is asked about', () => {
    const text = list(rule('a', { targetServiceAccounts: ['r@p'], allowed: tcp }));
    const from = (serviceAccounts?: readonly string[]) =>
      reaches(
        parseGcp(text, { instance: { ...(serviceAccounts && { serviceAccounts }) } }).ruleSets,
        '8.8.8.8',
      );
    expect([from(), from([]), from(['r@p'])]).toEqual(['depends', 'no', 'certain']);
  });

  it('for the way in from tags let in instances of the network at most', () => {
    const text = list(rule('a', { sourceTags: ['web'], allowed: tcp }));
    const { ruleSets } = parseGcp(text, { networks: ['10.128.0.0/9'] });
    expect([
      reaches(ruleSets, '10.130.0.1'),
      reaches(ruleSets, '10.1.0.1'),
      reaches(ruleSets, '8.8.8.8'),
    ]).toEqual(['depends', 'no', 'no']);
  });
});

describe('effective firewalls', () => {
  const open = [rule('a', { sourceRanges: ['0.0.0.0/0'], allowed: tcp })];

  it('ask policies first, from the top, and go on where these leave it open', () => {
    const policies = [
      policy(
        'organisation',
        policyRule(10, 'deny', '8.0.0.0/8'),
        policyRule(20, 'goto_next', '9.0.0.0/8'),
        policyRule(30, 'deny', '9.9.0.0/16'),
      ),
      policy('folder', policyRule(10, 'allow', '192.0.2.0/24'), policyRule(20, 'deny', '192.0.0.0/16')),
    ];
    const { ruleSets } = parseGcp(effective(policies, open));
    expect(
      ['8.8.8.8', '9.9.9.9', '192.0.2.1', '192.0.3.1', '1.1.1.1'].map((source) => reaches(ruleSets, source)),
    ).toEqual(['no', 'certain', 'certain', 'no', 'certain']);
    expect(decides(ruleSets, '192.0.2.1')?.text).toBe('folder: 10 allow from 192.0.2.0/24');
  });

  it('ask the policies of the network after its rules, or before where it is set so', () => {
    const policies = [{ ...policy('network', policyRule(10, 'deny', '0.0.0.0/0')), type: 'NETWORK' }];
    expect(reaches(parseGcp(effective(policies, open)).ruleSets, '8.8.8.8')).toBe('certain');
    expect(reaches(parseGcp(effective(policies, open), { policiesFirst: true }).ruleSets, '8.8.8.8')).toBe(
      'no',
    );
  });

  it('never count as safe what they do not understand', () => {
    const policies = [policy('organisation', policyRule(10, 'think', '0.0.0.0/0'))];
    expect(reaches(parseGcp(effective(policies, [])).ruleSets, '8.8.8.8')).toBe('depends');
    const countries = [
      policy('organisation', { ...policyRule(10, 'allow'), match: { srcRegionCodes: ['CH'] } }),
    ];
    expect(reaches(parseGcp(effective(countries, [])).ruleSets, '8.8.8.8')).toBe('depends');
  });
});
