import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { listener, settings } from '../../example-facts.ts';
import { doorsOf, isLoopback } from '../../readings/listening.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'The plain port is open beside the TLS port',
  severity: 'medium',
  why: 'TLS protects only those who use it. With port and tls-port both open, one client with an old address sends its password and data in clear text, and nobody notices.',
  remedy:
    'See in CLIENT LIST who still connects in plain, move them (replicas, Sentinels and cluster nodes as well), then set port 0 (by CONFIG SET from 7.0 on).',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: [],
  uses: ['listeners', 'settings'],
  judge(_, { listeners, settings: values }) {
    const doors = doorsOf(listeners, values);
    if (doors === undefined) return undecided('neither its sockets nor its settings are known');
    const tls = doors.filter((door) => door.tls);
    if (tls.length === 0) return notApplicable('there is no TLS port');
    const plain = doors.filter((door) => !door.tls && !isLoopback(door.address));
    if (plain.length === 0) return pass;
    return failEach([
      fault(
        `plain on port ${listed([...new Set(plain.map(({ port }) => String(port)))])}, TLS on ${listed([...new Set(tls.map(({ port }) => String(port)))])}`,
        [{ kind: 'setting', name: 'port', value: '0' }],
        { opens: {}, where: values.known ? values.value.port?.where : undefined },
      ),
    ]);
  },
  examples: {
    good: {
      'TLS only': { settings: settings({ port: '0', 'tls-port': '6379', bind: '10.0.0.5' }) },
      'plain for this host only': {
        settings: settings({ port: '6379', 'tls-port': '6380', bind: '127.0.0.1 -::1' }),
      },
    },
    bad: {
      both: { settings: settings({ port: '6379', 'tls-port': '6380', bind: '10.0.0.5' }) },
      'seen at the sockets': {
        listeners: [listener('0.0.0.0'), listener('0.0.0.0', { port: 6380, purpose: 'tls' })],
      },
    },
    other: {
      'no TLS at all': {
        facts: { settings: settings({ port: '6379', 'tls-port': '0' }) },
        verdict: 'not-applicable',
      },
      'nothing was seen': { facts: {}, verdict: 'unknown' },
    },
  },
});
