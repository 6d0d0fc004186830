import { networkInterfaces } from 'node:os';
import { type Fact, known, unknown } from '../../model/fact.ts';
import type { HostAddress } from '../../model/host.ts';
import { collect } from './collect.ts';
import { namespaceAddresses } from './namespace-addresses.ts';
import { sharesNamespace } from './process-root.ts';

/**
 * Addresses of this host's interfaces that are up, with their prefixes.
 *
 * For a process (`pid`) in a network namespace of its own (a container), the addresses of that namespace.
 * @example await hostAddresses(); // [{ interface: 'eth0', address: '192.0.2.7', prefix: 24 }, …]
 */
export function hostAddresses(pid?: number, root = '/'): Promise<Fact<readonly HostAddress[]>> {
  return collect('addresses of this host', () => {
    if (pid !== undefined && sharesNamespace(pid, 'net', root) === false) {
      const own = namespaceAddresses(pid, root);
      return own
        ? known(own, `/proc/${pid}/net/{fib_trie,route,if_inet6}`)
        : unknown('no-access', `process ${pid} has a network namespace of its own`);
    }
    const found = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
      (addresses ?? []).flatMap(({ address, cidr }) => {
        const prefix = Number(cidr?.split('/')[1] ?? Number.NaN);
        return Number.isInteger(prefix) ? [{ interface: name, address, prefix }] : [];
      }),
    );
    return known(found, 'interfaces of this host');
  });
}
