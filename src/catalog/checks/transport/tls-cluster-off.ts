import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { portOf } from '../../readings/listening.ts';
import { textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'Clients use TLS, and the cluster bus does not',
  severity: 'medium',
  why: 'Nodes tell each other in clear text who owns which slots, and believe whoever speaks to their bus port; migrating slots sends keys the same way. Over TLS the bus asks every node for a certificate.',
  remedy:
    'Set tls-cluster yes on all nodes in one planned stop, with certificates of an authority of your own: a node with it and a node without it do not hear each other.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings'],
  judge({ settings: values }) {
    if (textOf(values, 'cluster-enabled') !== 'yes')
      return notApplicable('the server is no node of a cluster');
    if (portOf(values, 'tls-port') === undefined)
      return notApplicable('there is no TLS port; see cluster-bus-reachable');
    if (textOf(values, 'tls-cluster') === 'yes') return failEach([]);
    return failEach([
      fault('tls-cluster is no', [{ kind: 'setting', name: 'tls-cluster', value: 'yes' }], {
        where: values['tls-cluster']?.where ?? values['cluster-enabled']?.where,
      }),
    ]);
  },
  examples: {
    good: {
      on: { settings: settings({ 'cluster-enabled': 'yes', 'tls-port': '6380', 'tls-cluster': 'yes' }) },
    },
    bad: {
      off: { settings: settings({ 'cluster-enabled': 'yes', 'tls-port': '6380', 'tls-cluster': 'no' }) },
    },
    other: {
      'no cluster': {
        facts: { settings: settings({ 'cluster-enabled': 'no', 'tls-port': '6380' }) },
        verdict: 'not-applicable',
      },
      'no TLS': {
        facts: { settings: settings({ 'cluster-enabled': 'yes', 'tls-port': '0' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
