/** What is refused where the host has rules already, of others or of ours. */
import { describe, expect, it } from 'vitest';
import { mergeSaved, withUfwPart } from '../../catalog/firewalls/print/index.ts';
import { listener } from '../../catalog/example-facts.ts';
import type { FirewallFacts, FirewallText, Origin } from '../../model/index.ts';
import { plan, subject } from './subjects-of-tests.ts';

const words = ['iptables-save', 'ip6tables-save'] as const;
const ufwFile = (family: number, rules = ''): FirewallText => ({
  words: 'ufw',
  from: ['/etc/ufw/user.rules', '/etc/ufw/user6.rules'][family] ?? '',
  text: `*filter\n### RULES ###\n\n${rules}### END RULES ###\nCOMMIT\n`,
});
const files = [ufwFile(0), ufwFile(1)];
const ufw = (...rules: readonly string[]): readonly FirewallText[] =>
  (['ufw', 'ufw6'] as const).map((name, family) => ({
    words: words[family] ?? 'iptables-save',
    from: words[family] ?? '',
    text: `*filter\n:INPUT DROP [0:0]\n:${name}-before-input - [0:0]\n:${name}-user-input - [0:0]\n-A INPUT -j ${name}-before-input\n-A ${name}-before-input -i lo -j ACCEPT\n-A ${name}-before-input -j ${name}-user-input\n${rules
      .filter(() => family === 0)
      .map((rule) => `-A ufw-user-input ${rule}\n`)
      .join('')}COMMIT\n`,
  }));
const firewalld = (...rules: readonly string[]): readonly FirewallText[] => [
  {
    words: 'nft',
    from: 'nft',
    text: `table inet firewalld {
 chain filter_INPUT { type filter hook input priority 10; policy accept; iifname "lo" accept; jump filter_INPUT_ZONES; drop; }
 chain filter_INPUT_ZONES { goto filter_IN_public; }
 chain filter_IN_public { jump filter_IN_public_pre; jump filter_IN_public_allow; }
 chain filter_IN_public_pre { ${rules.map((rule) => `${rule}; `).join('')}}
 chain filter_IN_public_allow { ip saddr 10.0.0.0/8 tcp dport 6379 accept; tcp dport 6380 accept; }
}
`,
  },
];
const chains = (
  sources: readonly string[],
  ports: readonly number[] = [6379, 6380],
): readonly FirewallText[] => [
  {
    words: 'iptables-save',
    from: 'iptables-save',
    text: `*filter\n:INPUT ACCEPT [0:0]\n:KEYWARD-6379 - [0:0]\n-A INPUT -p tcp -m multiport --dports ${ports.join(',')} -j KEYWARD-6379\n-A KEYWARD-6379 -i lo -j RETURN\n${sources.map((source) => `-A KEYWARD-6379 -s ${source} -j RETURN\n`).join('')}-A KEYWARD-6379 -j DROP\nCOMMIT\n`,
  },
];

const bare: readonly FirewallText[] = [
  {
    words: 'iptables-save',
    from: '',
    text: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 10.9.9.9/32 -j DROP\nCOMMIT\n',
  },
];

const origin = (port: number, sources: readonly string[], more: Partial<Origin> = {}): Origin => ({
  id: `${port} ${sources.slice(0, 2).join()}`,
  reach: 'network',
  label: '',
  sources,
  via: { address: '0.0.0.0', port, tls: false },
  certainty: 'certain',
  because: [],
  ...more,
});
const everybody = [origin(6379, ['0.0.0.0/0']), origin(6380, ['0.0.0.0/0'])];
const hosts = 'ip saddr 10.1.0.0/16 tcp dport';

interface Asked {
  readonly ports?: string;
  readonly saved?: readonly FirewallText[];
  readonly origins?: readonly Origin[];
}

/** What comes of an answer: rules of ours, or why not. */
function ask(
  answer: string,
  rules: readonly FirewallText[],
  { ports = '6379,6380', saved = files, origins = everybody }: Asked = {},
): { readonly ports: readonly number[]; readonly allow: readonly string[] } | string {
  const firewall: FirewallFacts = {
    layers: [
      {
        network: 'server',
        rules,
        interfaces: [
          { name: 'lo', addresses: ['127.0.0.1'], networks: [], routes: [], gateways: [] },
          {
            name: 'eth0',
            addresses: ['10.0.0.5'],
            networks: ['10.0.0.0/24'],
            routes: ['0.0.0.0/0'],
            gateways: ['10.0.0.1'],
          },
        ],
        forwarding: { ipv4: false, ipv6: false },
        filtersBridges: false,
        unread: [],
      },
    ],
    inside: false,
    saved,
    managers: [],
  };
  const listeners = [listener('0.0.0.0'), listener('0.0.0.0', { port: 6380 })];
  const exposure = { origins, actors: [], cells: [], notCollected: [] };
  const { steps, unmet } = plan([subject('n1', { facts: { listeners, firewall, exposure } })], {
    only: ['firewall'],
    answers: new Map([
      ['reachable-from', answer],
      ['reachable-ports', ports],
      ['reachable-until', 'reboot'],
    ]),
  });
  const action = steps[0]?.does.find(({ do: what }) => what === 'set-firewall');
  return action?.do === 'set-firewall'
    ? { ports: action.ports, allow: action.allow }
    : (unmet.find(({ goal }) => goal.kind === 'reachable-only')?.why ?? '');
}

describe('to take somebody away lets nobody in', () => {
  const only10 = '-s 10.0.0.0/8 -p tcp -m tcp --dport 6379 -j ACCEPT';
  const all6380 = '-p tcp -m tcp --dport 6380 -j ACCEPT';
  const all6379 = '-p tcp -m tcp --dport 6379 -j ACCEPT';

  it('where the ports of ufw or firewalld are open to others each', () => {
    const origins = [origin(6379, ['10.0.0.0/8']), origin(6380, ['0.0.0.0/0'])];
    for (const rules of [ufw(only10, all6380), firewalld()])
      expect(ask('-203.0.113.0/24', rules, { origins })).toContain('Others reach the one port');
  });

  it('as the rules have it, whatever the table of who reaches it says', () => {
    for (const rules of [ufw(only10, all6380), firewalld()])
      expect(ask('-203.0.113.0/24', rules)).toMatch(/^Rules of ours would let .* in to port 6379/);
  });

  it('nor whoever gets in only perhaps, or so often, or to another port', () => {
    const perhaps = [origin(6379, ['10.0.0.0/8']), origin(6379, ['192.0.2.0/24'], { certainty: 'possible' })];
    const one = { ports: '6379' };
    expect(ask('-10.1.0.0/16', ufw(all6379), { ...one, origins: perhaps })).toContain('only perhaps');
    const limits = [
      '-p tcp -m tcp --dport 6379 -m conntrack --ctstate NEW -m recent --set --name DEFAULT --mask 255.255.255.255 --rsource',
      '-p tcp -m tcp --dport 6379 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 --name DEFAULT --mask 255.255.255.255 --rsource -j ufw-user-limit',
      '-p tcp -m tcp --dport 6379 -j ACCEPT',
    ];
    expect(ask('-10.1.0.0/16', ufw(...limits), one)).toContain('limits how often');
    const origins = [origin(6379, ['10.0.0.0/14']), origin(6380, ['0.0.0.0/0'])];
    expect(ask('-10.1.0.0/16', bare, { ...one, origins })).toEqual({
      ports: [6379],
      allow: ['10.0.0.0/16', '10.2.0.0/15'],
    });
  });

  it('nor where more rules stand than can be asked in a while', () => {
    const many = Array.from({ length: 4000 }, () => '-s 192.0.2.66/32 -j DROP');
    expect(ask('-128.0.0.0/1', ufw(...many, all6379, all6380))).toContain('too many addresses and rules');
  });

  it('and is done where all is open to the same', () => {
    expect(ask('-128.0.0.0/1', ufw(all6379, all6380))).toEqual({ ports: [6379, 6380], allow: ['0.0.0.0/1'] });
  });

  it('is refused where those who reach it are more than a row names', () => {
    const many = Array.from({ length: 1024 }, (_, index) => `10.${index >> 7}.${(index & 127) * 2}.0/24`);
    expect(ask('-10.0.0.0/8', bare, { origins: [origin(6379, many)] })).toContain(
      'not all of them are known',
    );
  });
});

describe('a part of ours that has some of the ports', () => {
  const kernel: Readonly<Record<string, readonly FirewallText[]>> = {
    iptables: chains(['10.1.0.0/16']),
    nft: [
      {
        words: 'nft',
        from: 'nft',
        text: 'table inet keyward_6379 {\n chain strangers {\n iifname "lo" return\n ip saddr { 10.1.0.0/16 } return\n drop\n }\n chain input {\n type filter hook input priority -5; policy accept;\n tcp dport { 6379, 6380 } jump strangers\n }\n}\ntable inet other { chain input { type filter hook input priority 0; policy drop; tcp dport 6379 accept } }\n',
      },
    ],
    firewalld: firewalld(
      ...[6379, 6380].map((port) => `${hosts} ${port} accept`),
      ...[6379, 6380].map((port) => `tcp dport ${port} drop`),
    ),
    'ufw, by its mark': ufw(
      '-s 10.1.0.0/16 -p tcp -m multiport --dports 6379,6380 -m comment --comment keyward_6379 -j ACCEPT',
      '-p tcp -m multiport --dports 6379,6380 -m comment --comment keyward_6379 -j DROP',
    ),
  };

  it.each(Object.entries(kernel))('is changed under its own name: %s', (_, rules) => {
    const asked = { saved: [] };
    expect(ask('+10.2.0.0/16', rules, { ...asked, ports: '6380,6379' })).toEqual({
      ports: [6379, 6380],
      allow: ['10.1.0.0/16', '10.2.0.0/16'],
    });
    expect(ask('+10.2.0.0/16', rules, { ...asked, ports: '6380' })).toBe(
      'Rules of ours are there for other ports together: keyward_6379 for 6379, 6380.',
    );
    expect(ask('10.2.0.0/16', rules, { ...asked, ports: '6380' })).toContain('for other ports together');
  });

  it('takes more ports where all who may are named, and not where they are added to', () => {
    const small = chains(['10.1.0.0/16'], [6379]);
    expect(ask('10.2.0.0/16', small, { ports: '6380,6379' })).toEqual({
      ports: [6379, 6380],
      allow: ['10.2.0.0/16'],
    });
    expect(ask('+10.2.0.0/16', small)).toContain('keyward_6379 for 6379.');
    expect(ask('+10.2.0.0/16', small, { ports: '6380' })).toEqual({ ports: [6380], allow: ['10.2.0.0/16'] });
  });

  it('is looked for in the files of ufw, and what they hold is not guessed', () => {
    const rules = ufw('-p tcp -m tcp --dport 6379 -j ACCEPT', '-p tcp -m tcp --dport 6380 -j ACCEPT');
    expect(ask('+10.2.0.0/16', rules, { saved: [ufwFile(0)] })).toContain(
      '/etc/ufw/user6.rules was not read, and rules of ours may be in it',
    );
    expect(ask('10.2.0.0/16', rules, { saved: [] })).toMatchObject({ allow: ['10.2.0.0/16'] });
    const comment = Buffer.from('keyward_6379').toString('hex');
    const own = `### tuple ### allow tcp 6379,6380 0.0.0.0/0 any 10.1.0.0/16 in comment=${comment}\n-A ufw-user-input -p tcp -m multiport --dports 6379,6380 -s 10.1.0.0/16 -j ACCEPT\n\n`;
    expect(ask('+10.2.0.0/16', rules, { saved: [ufwFile(0, own), ufwFile(1)] })).toEqual({
      ports: [6379, 6380],
      allow: ['10.1.0.0/16', '10.2.0.0/16'],
    });
  });
});

describe('rules of ours among those of ufw', () => {
  const allow = ['10.1.0.0/16'];
  const part = { ports: [6379, 6380], allow, backend: 'ufw' } as const;
  const others = ufw('-p tcp -m tcp --dport 6379 -j ACCEPT');
  const saved = files.map((file, family): FirewallText => {
    const made = mergeSaved(file.text, { ...part, words: words[family] ?? 'iptables-save' });
    return { ...file, text: 'text' in made ? made.text : '' };
  });
  const marked = others.map((one, family) => ({
    ...one,
    text: withUfwPart(one.text, part, family === 0 ? 'ipv4' : 'ipv6'),
  }));
  const loaded = marked.map((one) => ({
    ...one,
    text: one.text.replaceAll(/ -m comment --comment \S+/g, ''),
  }));

  it('are no step where they are so already, as they were put there and as ufw has loaded them', () => {
    for (const rules of [marked, loaded])
      expect(ask('10.1.0.0/16', rules, { saved })).toContain('It is so already');
  });

  it('are one where one is gone, stands elsewhere, or is not in the files', () => {
    const step = { ports: [6379, 6380], allow };
    const without = loaded.map((one) => ({
      ...one,
      text: one.text.replace(/^-A ufw-user-input .*DROP\n/m, ''),
    }));
    const behind = [...ufw('-p tcp -m tcp --dport 6379 -j ACCEPT'), ...loaded.slice(1)].map((one, index) =>
      index === 0
        ? {
            ...one,
            text: one.text.replace(
              'COMMIT',
              `${(loaded[0]?.text.match(/^-A ufw-user-input .*6379,6380.*\n/gm) ?? []).join('')}COMMIT`,
            ),
          }
        : one,
    );
    for (const rules of [without, behind]) expect(ask('10.1.0.0/16', rules, { saved })).toEqual(step);
    expect(ask('10.1.0.0/16', marked)).toEqual(step);
  });
});
