import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { clusterNode, settings } from '../../example-facts.ts';
import { isLoopback, portOf } from '../../readings/listening.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The nodes of the cluster talk to each other in clear text',
  severity: 'low',
  why: 'The bus has no login and no signature: who stands between two nodes can read it and tell them another owner for a slot, and clients then send their writes there.',
  remedy: 'Set up TLS and tls-cluster yes, or a WireGuard network between the hosts.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['settings'],
  uses: ['clusterNodes'],
  judge({ settings: values }, { clusterNodes }) {
    if (textOf(values, 'cluster-enabled') !== 'yes')
      return notApplicable('the server is no node of a cluster');
    if (portOf(values, 'tls-port') !== undefined)
      return notApplicable('there is a TLS port; see tls-cluster-off');
    if (textOf(values, 'tls-cluster') === 'yes') return pass;
    const others = clusterNodes.known
      ? clusterNodes.value.filter(({ self }) => !self).map(({ address }) => address)
      : undefined;
    const away = others?.filter((address) => !isLoopback(address));
    if (away?.length === 0) return pass;
    return failEach([
      fault(
        `tls-cluster is ${textOf(values, 'tls-cluster') ?? 'unknown to this version'}${away ? `; other nodes: ${listed(away)}` : ''}`,
        [{ kind: 'setting', name: 'tls-cluster', value: 'yes' }],
        { where: values['cluster-enabled']?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'all on one host': {
        settings: settings({ 'cluster-enabled': 'yes', 'tls-cluster': 'no' }),
        clusterNodes: [clusterNode('127.0.0.1', true), clusterNode('127.0.0.1')],
      },
    },
    bad: {
      'several hosts': {
        settings: settings({ 'cluster-enabled': 'yes', 'tls-cluster': 'no' }),
        clusterNodes: [clusterNode('10.0.0.5', true), clusterNode('10.0.0.6')],
      },
      'a file alone': { settings: settings({ 'cluster-enabled': 'yes' }, 'file') },
    },
    other: {
      'no cluster': { facts: { settings: settings({ 'cluster-enabled': 'no' }) }, verdict: 'not-applicable' },
      TLS: {
        facts: { settings: settings({ 'cluster-enabled': 'yes', 'tls-port': '6380' }) },
        verdict: 'not-applicable',
      },
    },
  },
});
