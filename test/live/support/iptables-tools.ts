/** iptables and ipset: those of the PATH, or of this distribution's packages, unpacked below `.cache` and installed nowhere. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { unpacked } from '../../../scripts/tools/debian-packages.ts';

export interface IptablesTools {
  /** Whole path of `iptables-nft-restore`, `ipset`, … */
  readonly program: (name: string) => string;
  readonly env: NodeJS.ProcessEnv;
}

export const iptablesPackages = [
  'iptables',
  'ipset',
  'libipset13',
  'libmnl0',
  'libnftnl11',
  'libnfnetlink0',
  'libip4tc2',
  'libip6tc2',
  'libxtables12',
  'libnetfilter-conntrack3',
];

/** The programs, or why they cannot be had. Never throws. */
export async function iptablesTools(): Promise<IptablesTools | { readonly missing: string }> {
  const own = ['iptables-nft-restore', 'iptables-legacy-restore', 'ipset'].every(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (own) return { program: (name) => name, env: process.env };
  const brought = await unpacked('iptables', iptablesPackages, 'usr/sbin');
  if ('missing' in brought) return brought;
  const { folder, libraries } = brought;
  return {
    program: (name) => join(folder, 'usr/sbin', name),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      XTABLES_LIBDIR: join(libraries[0] ?? '', 'xtables'),
    },
  };
}
