import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { replication, settings } from '../../example-facts.ts';
import { isLoopback, portOf } from '../../readings/listening.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Clients use TLS, and replication does not',
  severity: 'medium',
  why: 'A replica copies every key and every later write, and sends masterauth, over a plain connection of its own: tls-port does not cover it. All that TLS hides from the network passes by in clear text.',
  remedy:
    'Set tls-replication yes on the replica (and on the master, which may become one), with masters reached at their TLS port.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings', 'replication'],
  judge({ settings: values, replication: { role, masterHost, masterPort, replicas } }) {
    if (portOf(values, 'tls-port') === undefined)
      return notApplicable('there is no TLS port; see replication-in-plain-text');
    const goal = { kind: 'setting', name: 'tls-replication', value: 'yes' } as const;
    const where = values['tls-replication']?.where;
    if (textOf(values, 'tls-replication') === 'yes') return pass;
    if (role === 'replica' && masterHost !== undefined && !isLoopback(masterHost))
      return failEach([
        fault(`copies from ${masterHost}:${masterPort ?? 6379} without TLS`, [goal], { where }),
      ]);
    const plain = portOf(values, 'port') !== undefined;
    const away = replicas.filter((address) => !isLoopback(address.slice(0, address.lastIndexOf(':'))));
    // With no plain port, its replicas cannot but use TLS.
    if (role === 'master' && away.length > 0 && plain)
      return failEach([
        fault(`${listed(away)} may copy from it by the plain port; tls-replication is no here`, [goal], {
          where,
          severity: 'low',
        }),
      ]);
    return pass;
  },
  examples: {
    good: {
      on: {
        settings: settings({ 'tls-port': '6380', 'tls-replication': 'yes' }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6380 }),
      },
      'nobody copies': {
        settings: settings({ port: '6379', 'tls-port': '6380', 'tls-replication': 'no' }),
        replication: replication(),
      },
      'the master has no plain port': {
        settings: settings({ port: '0', 'tls-port': '6380', 'tls-replication': 'no' }),
        replication: replication({ replicas: ['10.0.0.6:6380'] }),
      },
    },
    bad: {
      'a replica': {
        settings: settings({ 'tls-port': '6380', 'tls-replication': 'no' }),
        replication: replication({ role: 'replica', masterHost: '10.0.0.5', masterPort: 6379 }),
      },
      'a master': {
        settings: settings({ port: '6379', 'tls-port': '6380', 'tls-replication': 'no' }),
        replication: replication({ replicas: ['10.0.0.6:6379'] }),
      },
    },
    other: {
      'no TLS at all': {
        facts: { settings: settings({ 'tls-port': '0' }), replication: replication() },
        verdict: 'not-applicable',
      },
    },
  },
});
