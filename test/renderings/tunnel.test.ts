/** Both forms of a tunnel as text: read by shellcheck, and their rules by our own reading of nftables. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseNft } from '../../src/catalog/firewalls/nft/index.ts';
import ipsec from '../../src/catalog/renderings/ipsec/index.ts';
import wireguard from '../../src/catalog/renderings/wireguard/index.ts';
import { reach, type Topology } from '../../src/lang/packets/index.ts';
import type { Plan } from '../../src/model/index.ts';
import { tool } from './support/tools.ts';
import { tunnelPlan } from './support/tunnel-plan.ts';

const forms = { wireguard, ipsec };
const clustered = (plan: Plan): Plan => ({
  ...plan,
  nodes: ['10.0.0.1', '10.0.0.2'].map((host, index) => ({
    id: `n${index + 1}`,
    target: { kind: 'tcp', host, port: 7000, tls: true },
    host: 'here',
    product: 'valkey',
    version: '8.1.0',
    mode: 'cluster',
    role: 'master',
    restart: { kind: 'systemd', unit: 'valkey-server@one.service' },
  })),
});
const plans = {
  'one server': tunnelPlan('10.0.0.1', ['10.0.0.5', '10.0.0.6']),
  IPv6: tunnelPlan('2001:db8::1', ['2001:db8::5']),
  'a cluster': clustered(tunnelPlan('10.0.0.1', ['10.0.0.5'])),
  nobody: tunnelPlan('10.0.0.1', []),
};

/** shellcheck takes a second for each. */
const checked = Object.entries(plans).filter(
  ([name]) => name === 'a cluster' || process.env['KEYWARD_DEEP'] !== undefined,
);

describe.each(Object.entries(forms))('%s', (name, form) => {
  it.each(checked)('is found without fault by shellcheck: %s', async (_, plan) => {
    const shellcheck = await tool('shellcheck');
    if ('missing' in shellcheck) throw new Error(shellcheck.missing);
    const [program, ...words] = shellcheck.argv;
    const found = spawnSync(program, [...words, '-'], {
      input: form.render(plan),
      env: shellcheck.env,
      encoding: 'utf8',
    });
    expect(found.stdout).toBe('');
    expect(found.status).toBe(0);
  });

  it('says what it lacks, and does nothing', () => {
    for (const [plan, lack] of [
      [plans.nobody, '--set tunnel-clients='],
      [tunnelPlan('127.0.0.1', ['10.0.0.5']), '--set tunnel-server='],
    ] as const) {
      const ran = spawnSync('sh', ['-s'], { input: form.render(plan), encoding: 'utf8' });
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain(lack);
    }
  });

  it('has nothing of a hostile plan in its script', () => {
    const evil = "x'; touch /tmp/evil; $(id) `id`\nid\r\u2028END\n";
    const plan = tunnelPlan('10.0.0.1', ['10.0.0.5', evil]);
    const hostile = {
      ...plan,
      nodes: plan.nodes.map((node) => ({
        ...node,
        id: evil,
        version: evil,
        restart: { kind: 'systemd', unit: `${evil}.service` } as const,
      })),
      census: plan.census.map((one) => ({
        ...one,
        groups: one.groups.map((group) => ({ ...group, user: evil, library: evil })),
      })),
    };
    const script = form
      .render(
        hostile,
        new Map([
          ['tunnel-clients', evil],
          ['tunnel-port', evil],
        ]),
      )
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n');
    const plain = form
      .render(plan)
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join('\n');
    expect(script).toBe(plain);
  });

  it('is made anew for other hosts, and for these always the same', () => {
    const answers = new Map([['tunnel-clients', '10.0.0.7']]);
    expect(form.render(plans['one server'], answers)).toContain('10.0.0.7');
    expect(form.render(plans['one server'])).toBe(form.render(structuredClone(plans['one server'])));
    expect(form.render(plans.IPv6)).toContain('2001:db8::5');
    expect(form.render(plans['a cluster'])).toMatch(/7000.*17000/);
    expect(name === 'wireguard').toBe(
      form.render(plans['a cluster']).includes('the form ipsec needs no others'),
    );
  });
});

describe('the rules of the WireGuard form', () => {
  const functions = wireguard.render(plans['one server']);
  /** The rules as the script itself writes them. */
  const rules = (how: string, env: NodeJS.ProcessEnv = {}): string => {
    const script = functions.slice(0, functions.indexOf('\ncase ${1:-} in'));
    const input = `${script}\nHERE=${how}\nabout\nif [ "$ROLE" = server ]; then server_rules; else client_rules; fi\n`;
    return spawnSync('sh', ['-s'], { input, env: { ...process.env, ...env }, encoding: 'utf8' }).stdout;
  };
  const topology: Topology = {
    interfaces: [
      { name: 'lo', addresses: ['127.0.0.1'] },
      { name: 'eth0', addresses: ['10.0.0.1'], networks: ['0.0.0.0/0'] },
      { name: 'docker0', addresses: ['172.17.0.1'], networks: ['172.17.0.0/16'] },
      { name: 'wg-redis', addresses: ['10.200.1.1'], networks: ['10.200.1.0/24'] },
    ],
  };
  const comesIn = (text: string, address: string, by: string, port = 6379): boolean => {
    const set = parseNft(text);
    expect(set.problems).toEqual([]);
    const query = { family: 'ipv4', destination: address, port, inInterface: by } as const;
    return reach([set], topology, query).some((answer) => answer.reach !== 'no');
  };

  it('let in what comes by the tunnel, and nothing else, as we read nftables ourselves', () => {
    const text = rules('10.0.0.1');
    expect(comesIn(text, '10.200.1.1', 'wg-redis')).toBe(true);
    expect(comesIn(text, '10.0.0.1', 'eth0')).toBe(false);
    expect(comesIn(text, '172.17.0.1', 'docker0')).toBe(false);
    expect(comesIn(text, '10.0.0.1', 'eth0', 22)).toBe(true);
    expect(comesIn(rules('10.0.0.1', { LET_IN: 'docker0' }), '172.17.0.1', 'docker0')).toBe(true);
  });

  it('take no interface that is none', () => {
    expect(rules('10.0.0.1', { LET_IN: 'x"}' })).not.toContain('x"}');
  });
});
