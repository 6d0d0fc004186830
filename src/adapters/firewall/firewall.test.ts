import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasOtherRoutes, interfacesOf } from './interfaces.ts';
import { readRules } from './rules.ts';
import { managersOf, savedRules } from './saved.ts';

const root = mkdtempSync(join(tmpdir(), 'keyward-firewall-'));
const put = (path: string, text: string, mode = 0o644): string => {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, mode);
  return whole;
};
afterAll(() => rmSync(root, { recursive: true }));

describe('interfaces', () => {
  it('have the networks that they are on, and those behind their gateways', () => {
    put(
      'proc/self/net/route',
      `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
*\t00000A0A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0
`,
    );
    const zero = '0'.repeat(32);
    put(
      'proc/self/net/ipv6_route',
      `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0
${zero} 00 ${zero} 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0
fd000000000000000000000000000002 80 ${zero} 00 ${zero} 00000000 00000004 00000000 80200001     eth0
ff000000000000000000000000000000 08 ${zero} 00 ${zero} 00000100 00000002 00000000 00000001     eth0
${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo
`,
    );
    const addresses = [
      { interface: 'lo', address: '127.0.0.1', prefix: 8 },
      { interface: 'eth0', address: '192.0.2.9', prefix: 24 },
    ];
    // The numbers of /proc/net/route stand in the byte order of the machine; these are little-endian.
    expect(interfacesOf('self', addresses, root)).toEqual([
      { name: 'lo', addresses: ['127.0.0.1'], networks: [], routes: [], gateways: [] },
      {
        name: 'eth0',
        addresses: ['192.0.2.9'],
        networks: ['192.0.2.0/24', 'fd00::/64'],
        routes: ['0.0.0.0/0', '::/0'],
        gateways: ['192.0.2.1', 'fd00::1'],
      },
    ]);
  });
});

describe('routes beside those of the interfaces', () => {
  const zero = '0'.repeat(32);
  const end = `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo\n`;
  const onward = `${zero} 00 ${zero} 00 fd000000000000000000000000000009 00000400 00000001 00000000 00000003     eth0\n`;
  const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
  const trie = 'Main:\n  +-- 0.0.0.0/0 3 0 5\nLocal:\n  +-- 0.0.0.0/0 3 0 5\n';
  it.each([
    ['none', trie, '', end + end, false],
    ['none, and a default route of IPv6', trie, '', onward + end, false],
    ['a table of policy routing', `Id 100:\n  +-- 1.2.3.0/24 2 0 2\n${trie}`, '', end + end, true],
    ['one of IPv6', trie, '', end + end + end, true],
    ['one of IPv6 beside a default route', trie, '', end + onward + end, true],
    ['a blackhole', trie, '*\t0000080A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n', end + end, true],
    [
      'a network of IPv6 that is refused',
      trie,
      '',
      `fd090000000000000000000000000000 10 ${zero} 00 ${zero} 00000400 00000002 00000000 00200200       lo\n${end}${end}`,
      true,
    ],
  ])('%s', (_, tables, four, six, others) => {
    put('proc/self/net/fib_trie', tables);
    put('proc/self/net/route', `${head}${four}`);
    put('proc/self/net/ipv6_route', six);
    expect(hasOtherRoutes('self', root)).toBe(others);
    expect(interfacesOf('self', [], root).map(({ name }) => name)).not.toContain('*');
  });
});

describe('files that are loaded at boot', () => {
  it('are read as they are, with those that they include', () => {
    put('etc/iptables/rules.v4', '*filter\nCOMMIT\n');
    put('etc/nftables.conf', 'include "/etc/nftables.d/*.nft"\n');
    put('etc/nftables.d/redis.nft', 'table inet f {}\n');
    put('etc/ufw/ufw.conf', 'ENABLED=yes\n');
    put('etc/ufw/user.rules', '*filter\nCOMMIT\n');
    put('etc/default/ufw', 'IPV6=yes\n');
    expect(savedRules(root).map(({ words, from }) => [words, from])).toEqual([
      ['iptables-save', '/etc/iptables/rules.v4'],
      ['nft', '/etc/nftables.conf'],
      ['nft', '/etc/nftables.d/redis.nft'],
    ]);
    expect(managersOf(root)).toEqual(['ufw']);
    // Started with the host, it loads what its files say.
    put('etc/systemd/system/multi-user.target.wants/ufw.service', '');
    expect(savedRules(root).flatMap(({ words, from }) => (words === 'ufw' ? [from] : []))).toEqual([
      '/etc/ufw/user.rules',
      '/etc/default/ufw',
      '/etc/ufw/ufw.conf',
    ]);
  });

  it("are firewalld's own, with the services that its zones name and the zones that NetworkManager chooses", () => {
    put('etc/firewalld/firewalld.conf', 'DefaultZone=public\n');
    put('etc/firewalld/zones/public.xml', '<zone><service name="redis"/></zone>');
    put('usr/lib/firewalld/services/redis.xml', '<service><port port="6379" protocol="tcp"/></service>');
    put('usr/lib/firewalld/services/ssh.xml', '<service><port port="22" protocol="tcp"/></service>');
    put(
      'etc/NetworkManager/system-connections/lan.nmconnection',
      'interface-name=eth1\nzone=internal\npsk=not-for-us\n',
    );
    const read = (): readonly string[] =>
      savedRules(root).flatMap(({ words, from }) => (words === 'firewalld' ? [from] : []));
    expect(read()).toEqual([]);
    put('etc/systemd/system/multi-user.target.wants/firewalld.service', '');
    expect(read()).toEqual([
      '/etc/firewalld/firewalld.conf',
      '/etc/firewalld/zones/public.xml',
      '/etc/NetworkManager/system-connections/lan.nmconnection',
      '/usr/lib/firewalld/services/redis.xml',
    ]);
    expect(
      savedRules(root)
        .map(({ text }) => text)
        .join(''),
    ).not.toContain('not-for-us');
  });
});

describe('files of a manager', () => {
  const wordsOf = (): readonly string[] => [...new Set(savedRules(root).map(({ words }) => words))];

  it('are all its names with the right ending, however many others lie beside them', () => {
    for (let index = 0; index < 100; index++) put(`etc/firewalld/zones/a${index}.xml.old`, '<zone/>');
    expect(savedRules(root).map(({ from }) => from)).toContain('/etc/firewalld/zones/public.xml');
    for (let index = 0; index < 64; index++) put(`etc/firewalld/zones/z${index}.xml`, '<zone/>');
    expect(wordsOf()).not.toContain('firewalld');
    for (let index = 0; index < 64; index++) rmSync(join(root, `etc/firewalld/zones/z${index}.xml`));
    expect(wordsOf()).toContain('firewalld');
  });

  it.each([
    ['ufw', 'etc/ufw/before.rules'],
    ['firewalld', 'etc/firewalld/direct.xml'],
  ])('are all of them or none: %s', (manager, path) => {
    expect(wordsOf()).toContain(manager);
    // Not a file, and longer than what is read.
    mkdirSync(join(root, path));
    expect(wordsOf()).not.toContain(manager);
    rmSync(join(root, path), { recursive: true });
    put(path, '');
    truncateSync(join(root, path), 8_388_608);
    expect(wordsOf()).not.toContain(manager);
    rmSync(join(root, path));
    symlinkSync('/etc/nowhere', join(root, path));
    expect(wordsOf()).not.toContain(manager);
    rmSync(join(root, path));
    expect(wordsOf()).toContain(manager);
  });
});

describe('rules of the kernel', () => {
  const place = { pid: 'self', within: [], root } as const;
  const modular = (): void => void put('proc/modules', '');

  it('nothing loaded: no program is started, and there are none', async () => {
    modular();
    const trap = dirname(put('trap/nft', '#!/bin/sh\necho started\n', 0o755));
    expect(await readRules({ ...place, folders: [trap] })).toEqual({ rules: [], unread: [], asked: true });
  });

  it('loaded, and no program to list them: never none', async () => {
    modular();
    put('sys/module/nf_tables/refcnt', '1');
    put('proc/self/net/ip_tables_names', 'filter\n');
    const { rules, unread, asked } = await readRules({ ...place, folders: [join(root, 'none')] });
    expect([rules, asked]).toEqual([[], false]);
    expect(unread).toEqual([
      'rules of nftables (no nft here)',
      'rules of legacy iptables (no iptables-save here)',
    ]);
  });

  it('a program that fails is told with its reason, and iptables is asked where nft shows a table of it', async () => {
    const folder = dirname(
      put(
        'bin/nft',
        `#!/bin/sh\necho '{"nftables": [{"table": {"family": "ip", "name": "filter", "handle": 1}}]}'\n`,
        0o755,
      ),
    );
    put('bin/iptables-save', '#!/bin/sh\necho "*filter"\n', 0o755);
    put('bin/iptables-legacy-save', '#!/bin/sh\necho "Permission denied" >&2\nexit 3\n', 0o755);
    put('bin/ip6tables-save', '#!/bin/sh\necho started\n', 0o755);
    const { rules, unread } = await readRules({ ...place, folders: [folder] });
    expect(rules.map(({ words, from }) => [words, from])).toEqual([
      ['nft-json', 'nft'],
      ['iptables-save', 'iptables-save'],
    ]);
    expect(unread).toEqual(['rules of legacy iptables (Permission denied)']);
  });

  it('more than can be held is not read at all', async () => {
    const folder = dirname(put('long/nft', '#!/bin/sh\nhead -c 9000000 /dev/zero\n', 0o755));
    put('proc/self/net/ip_tables_names', '');
    const { rules, unread } = await readRules({ ...place, folders: [folder] });
    expect(rules).toEqual([]);
    expect(unread).toEqual(['rules of nftables (more than 8 MB of rules)']);
  });
});
