import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { replication, settings } from '../../example-facts.ts';
import { isLoopback, portOf } from '../../readings/listening.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Replication crosses the network in clear text',
  severity: 'low',
  why: 'masterauth, every key and every later write pass by whoever sees the traffic between the two hosts.',
  remedy: 'Set up TLS on both ends and tls-replication yes, or a WireGuard network between the hosts.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings', 'replication'],
  judge({ settings: values, replication: { role, masterHost, masterPort, replicas } }) {
    if (portOf(values, 'tls-port') !== undefined)
      return notApplicable('there is a TLS port; see tls-replication-off');
    if (textOf(values, 'tls-replication') === 'yes') return pass;
    const away = [
      ...(role === 'replica' && masterHost !== undefined && !isLoopback(masterHost)
        ? [`${masterHost}:${masterPort ?? 6379}`]
        : []),
      ...replicas.filter((address) => !isLoopback(address.slice(0, address.lastIndexOf(':')))),
    ];
    if (masterHost === undefined && replicas.length === 0) return notApplicable('it replicates with nobody');
    if (away.length === 0) return pass;
    return failEach([
      fault(`without TLS: ${listed(away)}`, [{ kind: 'setting', name: 'tls-replication', value: 'yes' }], {
        where: values.replicaof?.where ?? values.slaveof?.where,
      }),
    ]);
  },
  examples: {
    good: {
      'on one host': {
        settings: settings({ 'tls-port': '0' }),
        replication: replication({ replicas: ['127.0.0.1:6380'] }),
      },
      'TLS outwards only': {
        settings: settings({ 'tls-port': '0', 'tls-replication': 'yes' }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5' }),
      },
    },
    bad: {
      'a replica': {
        settings: settings({ 'tls-port': '0' }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }),
      },
      'a master': { settings: settings({}), replication: replication({ replicas: ['10.0.0.6:6379'] }) },
    },
    other: {
      'by itself': {
        facts: { settings: settings({}), replication: replication() },
        verdict: 'not-applicable',
      },
      TLS: {
        facts: {
          settings: settings({ 'tls-port': '6380' }),
          replication: replication({ replicas: ['10.0.0.6:6379'] }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
