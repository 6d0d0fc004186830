import { joinHostPort } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { identity, listener, settings } from '../../example-facts.ts';
import { boundAddresses, isLoopback, portOf } from '../../readings/listening.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The cluster bus takes orders from whoever reaches its port',
  severity: 'high',
  why: 'The bus (the port plus 10000) knows no password, and what its nodes tell each other can be read on the way: whoever reaches it can join the cluster, take over slots and their data, or stop nodes with one malformed packet. In Redis 8 it was a road to full rights on the client port, past passwords and ACL; the fix is a switch that is off by default.',
  remedy:
    'Let the firewall admit only the nodes of the cluster to the bus port (or join their hosts by WireGuard). In a planned stop, set tls-cluster yes on all nodes at once: those with it and those without do not hear each other. Releases of Redis 8 that have it: cluster-bus-port-protected-mode yes.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/',
  ],
  needs: ['identity'],
  uses: ['listeners', 'settings'],
  judge({ identity: who }, { listeners, settings: values }) {
    const bus = listeners.known ? listeners.value.filter(({ purpose }) => purpose === 'bus') : [];
    const clustered = values.known ? textOf(values.value, 'cluster-enabled') : undefined;
    // Settings that are known and do not have it are of a server from before clusters.
    const never =
      clustered === undefined && (who.mode === 'standalone' || (values.known && who.mode !== 'cluster'));
    if (bus.length === 0 && (clustered === 'no' || never))
      return notApplicable('the server is no node of a cluster');
    if (who.mode === 'sentinel') return notApplicable('a Sentinel has no bus');
    if (!values.known && bus.length === 0) return undecided('neither its sockets nor its settings are known');
    const base = values.known
      ? (portOf(values.value, 'port') ?? portOf(values.value, 'tls-port') ?? 6379)
      : 6379;
    const port =
      bus[0]?.port ?? (values.known ? portOf(values.value, 'cluster-port') : undefined) ?? base + 10_000;
    const addresses =
      bus.length > 0 ? bus.map(({ address }) => address) : values.known ? boundAddresses(values.value) : [];
    const open = addresses.filter((address) => !isLoopback(address));
    // The bus asks every peer for a certificate, whatever tls-auth-clients says.
    if (open.length === 0 || (values.known && textOf(values.value, 'tls-cluster') === 'yes')) return pass;
    const guarded = values.known && textOf(values.value, 'cluster-bus-port-protected-mode') === 'yes';
    return failEach([
      fault(
        `the bus listens on ${listed(open.map((address) => joinHostPort(address, port)))} without TLS`,
        [
          { kind: 'reachable-only', port, from: 'the nodes of the cluster' },
          { kind: 'setting', name: 'tls-cluster', value: 'yes' },
        ],
        {
          severity: guarded ? 'medium' : 'high',
          where: values.known ? values.value['cluster-enabled']?.where : undefined,
        },
      ),
    ]);
  },
  examples: {
    good: {
      'TLS with certificates': {
        identity: identity({ mode: 'cluster' }),
        settings: settings({ 'cluster-enabled': 'yes', 'tls-cluster': 'yes', bind: '10.0.0.5' }),
      },
      'a cluster on one host': {
        identity: identity({ mode: 'cluster' }),
        listeners: [listener('127.0.0.1', { port: 16379, purpose: 'bus' })],
      },
    },
    bad: {
      'Redis 8': {
        identity: identity({ mode: 'cluster', version: '8.2.10' }),
        settings: settings({ 'cluster-enabled': 'yes', 'tls-cluster': 'no', bind: '10.0.0.5', port: '6379' }),
      },
      'Redis 8, with the switch': {
        identity: identity({ mode: 'cluster', version: '8.2.10' }),
        settings: settings({
          'cluster-enabled': 'yes',
          'cluster-bus-port-protected-mode': 'yes',
          bind: '10.0.0.5',
          port: '6379',
        }),
      },
      'Valkey, seen at the socket': {
        identity: identity({ product: 'valkey', version: '8.1.9', mode: 'cluster' }),
        listeners: [listener('0.0.0.0'), listener('0.0.0.0', { port: 16379, purpose: 'bus' })],
      },
    },
    other: {
      'from before clusters': {
        facts: {
          identity: { product: 'redis', version: '2.4.5', doubts: [], because: [] },
          settings: settings({ port: '6379' }),
        },
        verdict: 'not-applicable',
      },
      'no cluster': {
        facts: { identity: identity(), settings: settings({ 'cluster-enabled': 'no' }) },
        verdict: 'not-applicable',
      },
      'a node that shows nothing': { facts: { identity: identity({ mode: 'cluster' }) }, verdict: 'unknown' },
    },
  },
});
