import { kindOf } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { clusterNode, replication, settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

const hostOf = (address: string): string =>
  address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');

export default defineCheck({
  title: 'Replication goes to or from a public address',
  severity: 'high',
  why: 'A replica has everything that the master has, and a master may put anything into its replica, crafted values included. Over a public address both ends stand open to the Internet, and without TLS so does every key on the way.',
  remedy:
    'Join the sites by a private network (WireGuard, VPN); at least set tls-replication yes and let the firewall admit only the other end. If you do not know the address, treat the server as taken.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/replication/'],
  needs: ['replication'],
  uses: ['settings', 'clusterNodes'],
  judge({ replication: { role, masterHost, masterPort, replicas } }, { settings: values, clusterNodes }) {
    const nodes = clusterNodes.known ? clusterNodes.value.filter(({ self }) => !self) : [];
    if (masterHost === undefined && replicas.length === 0 && nodes.length === 0)
      return notApplicable('it replicates with nobody');
    const tls = (name: string): boolean => values.known && textOf(values.value, name) === 'yes';
    const isPublic = (host: string): boolean => kindOf(host) === 'public';
    const weight = { severity: tls('tls-replication') ? 'medium' : 'high' } as const;
    return failEach([
      ...(role === 'replica' && masterHost !== undefined && isPublic(masterHost)
        ? [
            fault(
              `its master is ${masterHost}:${masterPort ?? 6379}`,
              [{ kind: 'investigate', what: `the master ${masterHost}` }],
              weight,
            ),
          ]
        : []),
      ...replicas
        .filter((address) => isPublic(hostOf(address)))
        .map((address) =>
          fault(
            `${address} copies from it`,
            [{ kind: 'investigate', what: `the replica ${address}` }],
            weight,
          ),
        ),
      ...nodes
        .filter(({ address }) => isPublic(address))
        .map(({ address, busPort }) =>
          fault(
            `a node of its cluster is ${address}, bus port ${busPort}`,
            [{ kind: 'reachable-only', port: busPort, from: 'the nodes of the cluster' }],
            { severity: tls('tls-cluster') ? 'medium' : 'high' },
          ),
        ),
    ]);
  },
  examples: {
    good: {
      'a private network': {
        replication: replication({ replicas: ['10.0.0.6:6379', '[fd00::6]:6379'] }),
        clusterNodes: [clusterNode('10.0.0.7')],
      },
    },
    bad: {
      'a master outside': {
        replication: replication({ role: 'replica', masterHost: '8.8.4.4', masterPort: 6379 }),
      },
      'somebody copies': { replication: replication({ replicas: ['8.8.4.4:40000'] }) },
      'over TLS': {
        replication: replication({ role: 'replica', masterHost: '8.8.4.4', masterPort: 6380 }),
        settings: settings({ 'tls-replication': 'yes' }),
      },
      'a cluster': {
        replication: replication(),
        clusterNodes: [clusterNode('10.0.0.5', true), clusterNode('8.8.4.4')],
      },
    },
    other: { 'by itself': { facts: { replication: replication() }, verdict: 'not-applicable' } },
  },
});
