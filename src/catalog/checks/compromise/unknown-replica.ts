import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, replication } from '../../example-facts.ts';
import { kindOf } from '../../../lang/address/index.ts';

/** `10.0.0.6:6379`, `2001:db8::6:6379`: INFO writes no brackets, and the port comes last. */
const hostOf = (replica: string): string =>
  replica.slice(0, Math.max(0, replica.lastIndexOf(':'))).replace(/^\[|\]$/g, '');

export default defineCheck({
  title: 'A replica that does not belong here copies all data',
  severity: 'high',
  why: 'Whoever may send PSYNC is a replica: it gets every key of every database, and each change from then on. That is how a whole data set is stolen with one command and no trace in the data.',
  remedy:
    'Compare the replica with your topology. If it is not yours: close its way in the firewall, change the password that it used, and treat all data as read.',
  links: ['https://redis.io/docs/latest/commands/psync/'],
  needs: ['replication', 'identity'],
  uses: ['clusterNodes'],
  judge({ replication: { replicas }, identity: { mode } }, { clusterNodes }) {
    if (replicas.length === 0) return notApplicable('the server has no replicas');
    const nodes =
      mode === 'cluster' && clusterNodes.known
        ? new Set(clusterNodes.value.map(({ address }) => address))
        : undefined;
    return failEach(
      replicas.flatMap((replica) => {
        const host = hostOf(replica);
        const goal = { kind: 'investigate', what: `the replica ${replica}` } as const;
        if (nodes)
          return nodes.has(host)
            ? []
            : [fault(`replica ${replica}, which is no node of the cluster`, [goal])];
        return kindOf(host) === 'public'
          ? [fault(`replica ${replica}, at a public address`, [goal], { severity: 'medium' })]
          : [];
      }),
    );
  },
  examples: {
    good: {
      'in this network': {
        replication: replication({ replicas: ['10.0.0.6:6379', 'redis-1:6379'] }),
        identity: identity(),
      },
      'a node of the cluster': {
        replication: replication({ replicas: ['1.2.3.4:6379'] }),
        identity: identity({ mode: 'cluster' }),
        clusterNodes: [
          { id: 'a', address: '1.2.3.4', port: 6379, busPort: 16379, flags: ['slave'], self: false },
        ],
      },
    },
    bad: {
      'somewhere on the Internet': {
        replication: replication({ replicas: ['1.2.3.4:21000'] }),
        identity: identity(),
      },
      'beside the cluster': {
        replication: replication({ replicas: ['10.0.0.99:6379'] }),
        identity: identity({ mode: 'cluster' }),
        clusterNodes: [
          { id: 'a', address: '10.0.0.6', port: 6379, busPort: 16379, flags: ['slave'], self: false },
        ],
      },
    },
    other: {
      none: { facts: { replication: replication(), identity: identity() }, verdict: 'not-applicable' },
    },
  },
});
