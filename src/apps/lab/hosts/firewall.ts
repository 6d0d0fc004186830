import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { programIn, usualFolders } from '../../../adapters/firewall/ask.ts';
import { quoteWord } from '../../../adapters/place/ssh-quote.ts';
import { run } from './run.ts';

type Backend = 'nft' | 'iptables';

/** As on many servers: closed but for what somebody once opened, for everybody. */
const nftRules = `#!/usr/sbin/nft -f
flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif "lo" accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
		tcp dport 6379 accept comment "redis"
	}
}
`;
const iptablesRules = (icmp: string): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p ${icmp} -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 6379 -m comment --comment redis -j ACCEPT
COMMIT
`;

interface File {
  readonly path: string;
  readonly text: string;
  /** What loads it at boot, and now. */
  readonly load: readonly string[];
}
const files: Readonly<Record<Backend, readonly File[]>> = {
  nft: [{ path: '/etc/nftables.conf', text: nftRules, load: ['nft', '-f', '-'] }],
  iptables: [
    { path: '/etc/iptables/rules.v4', text: iptablesRules('icmp'), load: ['iptables-restore'] },
    { path: '/etc/iptables/rules.v6', text: iptablesRules('ipv6-icmp'), load: ['ip6tables-restore'] },
  ],
};

/** Where other programs of this machine keep rules: those are no rules of the lab. */
const others = {
  folders: ['/etc/ufw', '/etc/firewalld', '/etc/iptables', '/etc/nftables', '/etc/nftables.d'],
  files: [
    '/etc/nftables.conf',
    '/etc/iptables.rules',
    '/etc/sysconfig/iptables',
    '/etc/sysconfig/ip6tables',
    '/etc/sysconfig/nftables.conf',
  ],
};

const mount = (...words: readonly string[]): Promise<string> => run(['mount', ...words]);

/**
 * Gives the server's host a firewall: a packet filter's rules in the kernel and in the file that a boot loads. Only to
 * be called with mounts and a network of its own: `/etc` becomes one that forgets, and programs that were unpacked
 * below `tools` come to where programs are looked for.
 *
 * @returns why there is none, or `undefined`
 */
export async function giveFirewall(place: string, tools: string | undefined): Promise<string | undefined> {
  const backend = await backendHere(place, tools);
  if (backend === undefined) return 'neither nft nor iptables is here';
  try {
    await ownEtc(place, files[backend]);
    await hideOthers(files[backend]);
  } catch (error) {
    return `this system does not let us lay files of the lab over /etc (${(error as Error).message})`;
  }
  try {
    for (const { text, load } of files[backend]) await run(load, text);
    return undefined;
  } catch (error) {
    return `the kernel does not take its rules (${(error as Error).message})`;
  }
}

async function hideOthers(own: readonly File[]): Promise<void> {
  const isOurs = (path: string): boolean =>
    own.some((file) => file.path === path || dirname(file.path) === path);
  for (const folder of others.folders)
    if (existsSync(folder) && !isOurs(folder)) await mount('-t', 'tmpfs', 'lab', folder);
  for (const file of others.files)
    if (existsSync(file) && !isOurs(file)) await mount('--bind', '/dev/null', file);
}

/** What is written to `/etc` from now on lies in the place; what was there before is still read. */
async function ownEtc(place: string, own: readonly File[]): Promise<void> {
  const [upper, work] = [join(place, 'etc'), join(place, 'etc.work')];
  for (const folder of [upper, work]) mkdirSync(folder);
  for (const { path, text } of own) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  await mount('-t', 'overlay', 'lab', '-o', `lowerdir=/etc,upperdir=${upper},workdir=${work}`, '/etc');
}

/** Programs by backend, and where packages have them. */
const programs: Readonly<
  Record<Backend, { readonly unpacked: string; readonly all: readonly (readonly [string, string])[] }>
> = {
  nft: { unpacked: 'nftables', all: [['nft', 'nft']] },
  iptables: {
    unpacked: 'iptables',
    all: ['iptables', 'ip6tables'].flatMap((name) =>
      ['save', 'restore'].map((verb) => [`${name}-${verb}`, `${name}-nft-${verb}`] as const),
    ),
  },
};

async function backendHere(place: string, tools: string | undefined): Promise<Backend | undefined> {
  const order = ['nft', 'iptables'] as const;
  const there = order.find((backend) =>
    programs[backend].all.every(([name]) => programIn(usualFolders, name) !== undefined),
  );
  if (there !== undefined || tools === undefined) return there;
  for (const backend of order)
    if (await bring(place, join(tools, programs[backend].unpacked), backend)) return backend;
  return undefined;
}

/** They find their own libraries by words around them, in a folder of ours that lies over an empty one. */
async function bring(place: string, folder: string, backend: Backend): Promise<boolean> {
  const { all } = programs[backend];
  const at = (name: string): string => join(folder, 'usr/sbin', name);
  if (!all.every(([, unpacked]) => existsSync(at(unpacked)))) return false;
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const libraries = ['usr/lib', 'lib'].map((part) => join(folder, part, `${machine}-linux-gnu`));
  const words = join(place, 'programs');
  mkdirSync(words);
  for (const [name, unpacked] of all) {
    const environment = {
      LD_LIBRARY_PATH: libraries.join(':'),
      XTABLES_LIBDIR: `${libraries[0]}/xtables`,
    };
    const settings = Object.entries(environment).map(([key, value]) => `${key}=${quoteWord(value)}`);
    writeFileSync(
      join(words, name),
      `#!/bin/sh\n${settings.join(' ')} exec ${quoteWord(at(unpacked))} "$@"\n`,
    );
    chmodSync(join(words, name), 0o755);
  }
  try {
    await mount('--bind', words, '/usr/local/sbin');
    return true;
  } catch {
    return false;
  }
}
