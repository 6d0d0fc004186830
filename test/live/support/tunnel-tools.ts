/** Programs of both tunnels, for hosts of our own: out of this distribution's packages, installed nowhere. */
import { unpacked, type Unpacked } from '../../../scripts/tools/debian-packages.ts';
import { nftPackages } from '../../../scripts/tools/nft-tools.ts';

const recipes = {
  'tunnel-capture': { packages: ['tcpdump', 'libpcap0.8'], witness: 'usr/bin/tcpdump' },
  'tunnel-wireguard': { packages: ['wireguard-go', 'wireguard-tools'], witness: 'usr/bin/wg-quick' },
  'tunnel-ipsec': {
    packages: [
      'charon-systemd',
      'strongswan-swanctl',
      'strongswan-libcharon',
      'libstrongswan',
      'libstrongswan-standard-plugins',
      'libcharon-extra-plugins',
    ],
    witness: 'usr/sbin/swanctl',
  },
  nftables: { packages: nftPackages, witness: 'usr/sbin/nft' },
} as const;

/** What a host gets beside what this machine has; or why it cannot be had. Never throws. */
export async function tunnelTools(
  kind: 'tunnel-wireguard' | 'tunnel-ipsec',
): Promise<readonly Unpacked[] | { readonly missing: string }> {
  const found: Unpacked[] = [];
  for (const name of [kind, 'tunnel-capture', 'nftables'] as const) {
    const { packages, witness } = recipes[name];
    const brought = await unpacked(name, packages, witness);
    if ('missing' in brought) return brought;
    found.push(brought);
  }
  return found;
}
