import { joinHostPort } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { identity, listener, settings } from '../../example-facts.ts';
import { isLoopback, portOf } from '../../readings/listening.ts';

const products: ReadonlySet<string> = new Set(['redis', 'valkey', 'keydb']);

export default defineCheck({
  title: 'The server listens on a port that no setting names',
  severity: 'medium',
  why: 'The server itself opens the client port, the TLS port and the cluster bus, and nothing else. Another listening socket comes from a module, or from code that was put into the process; firewalls know nothing of it.',
  remedy:
    'Find out which module opens the port (MODULE LIST). If none does, treat the process as taken over.',
  links: ['https://redis.io/docs/latest/commands/module-list/'],
  needs: ['listeners', 'settings', 'identity'],
  judge({ listeners, settings: values, identity: who }) {
    if (!products.has(who.product)) return notApplicable(`${who.product} has ports of its own`);
    if (who.mode === 'sentinel') return notApplicable('the settings of a Sentinel are not known whole');
    const named = new Set(['port', 'tls-port', 'cluster-port'].map((name) => portOf(values, name)));
    const buses = new Set([...named].map((port) => (port === undefined ? undefined : port + 10_000)));
    return failEach(
      listeners
        .filter(
          ({ purpose, port }) =>
            purpose === 'other' && port !== undefined && !named.has(port) && !buses.has(port),
        )
        .map(({ address, port = 0 }) =>
          fault(
            `listens on ${joinHostPort(address, port)}`,
            [{ kind: 'investigate', what: `what opened port ${port} in the server’s process` }],
            { severity: isLoopback(address) ? 'low' : 'medium' },
          ),
        ),
    );
  },
  examples: {
    good: {
      'its own ports': {
        listeners: [listener('0.0.0.0'), listener('0.0.0.0', { port: 16379, purpose: 'bus' })],
        settings: settings({ port: '6379' }),
        identity: identity(),
      },
      'named after all': {
        listeners: [listener('0.0.0.0', { port: 7000, purpose: 'other' })],
        settings: settings({ port: '7000' }),
        identity: identity(),
      },
    },
    bad: {
      'one more': {
        listeners: [listener('127.0.0.1'), listener('0.0.0.0', { port: 4444, purpose: 'other' })],
        settings: settings({ port: '6379' }),
        identity: identity(),
      },
    },
    other: {
      'Dragonfly’s admin port is its own': {
        facts: {
          listeners: [listener('0.0.0.0', { port: 9999, purpose: 'other' })],
          settings: settings({ port: '6379' }),
          identity: identity({ product: 'dragonfly', version: '1.40.0' }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
