import { describe, expect, it } from 'vitest';
import { contains, reach } from '../../../lang/packets/index.ts';
import { parseIptablesSave } from '../iptables/index.ts';
import { parseIpsetSave } from './index.ts';

const rules = '*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set near src,src -j ACCEPT\nCOMMIT\n';

function said(elements: readonly string[], source: string, by: string): string | undefined {
  const saved = [
    'create near hash:net,iface family inet',
    ...elements.map((one) => `add near ${one}`),
    '',
  ].join('\n');
  const set = parseIptablesSave(rules, { family: 'ipv4', sets: parseIpsetSave(saved) });
  const topology = {
    interfaces: [{ name: by, addresses: ['192.0.2.1'], networks: ['0.0.0.0/0'] }],
  };
  return reach([set], topology, {
    family: 'ipv4',
    destination: '192.0.2.1',
    port: 6379,
    inInterface: by,
  }).find(({ sources }) => contains(sources, source))?.reach;
}

describe('networks with interfaces', () => {
  it('are looked for by the narrowest network alone, whichever interface it is there for', () => {
    const elements = ['10.0.0.0/8,eth1', '10.1.0.0/16,eth0'];
    expect(said(elements, '10.1.0.5', 'eth0')).toBe('certain');
    expect(said(elements, '10.1.0.5', 'eth1')).toBe('no');
    expect(said(elements, '10.2.0.5', 'eth1')).toBe('certain');
  });

  it('may have several interfaces for one network', () => {
    const elements = ['10.1.0.0/16,eth0', '10.1.0.0/16,eth1'];
    expect([said(elements, '10.1.0.5', 'eth0'), said(elements, '10.1.0.5', 'eth1')]).toEqual([
      'certain',
      'certain',
    ]);
  });
});
