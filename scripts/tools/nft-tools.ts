/** nft: that of the PATH, or of this distribution's packages, unpacked below `.cache` and installed nowhere. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { unpacked } from './debian-packages.ts';

export interface NftTool {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

const program = 'usr/sbin/nft';
export const nftPackages = [
  'nftables',
  'libnftables1',
  'libnftnl11',
  'libmnl0',
  'libjansson4',
  'libedit2',
  'libxtables12',
  'libbsd0',
  'libmd0',
];

/** The program, or why it cannot be had. Never throws. */
export async function nftTool(): Promise<NftTool | { readonly missing: string }> {
  if (spawnSync('nft', ['--version']).status === 0) return { program: 'nft', env: process.env };
  const brought = await unpacked('nftables', nftPackages, program);
  if ('missing' in brought) return brought;
  return {
    program: join(brought.folder, program),
    env: { ...process.env, LD_LIBRARY_PATH: brought.libraries.join(':') },
  };
}
