import { joinHostPort, kindOf } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { identity, listener, settings, user } from '../../example-facts.ts';
import { doorsOf, isEveryAddress } from '../../readings/listening.ts';
import { listed, textOf } from '../../readings/values.ts';

export default defineCheck({
  title: 'The Sentinel listens to everybody',
  severity: 'medium',
  why: 'A Sentinel tells clients where the master is, and may make any replica the master. It starts with protected mode off, whatever redis.conf would say, so port 26379 of every address answers strangers unless bind, a password or a firewall says otherwise. It is forgotten in firewalls that guard 6379.',
  remedy:
    'Bind the Sentinel to the private address that the other Sentinels and the clients use, give it requirepass, and let the firewall admit only them to its port.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/'],
  needs: ['identity'],
  uses: ['listeners', 'settings', 'users'],
  judge({ identity: who }, { listeners, settings: values, users }) {
    if (who.mode !== 'sentinel') return notApplicable('the server is no Sentinel');
    const doors = doorsOf(listeners, values);
    if (doors === undefined) return undecided('neither its sockets nor its settings are known');
    const guard = values.known ? values.value['protected-mode'] : undefined;
    const guarded =
      guard !== undefined &&
      guard.from !== 'default' &&
      textOf(values.known ? values.value : {}, 'protected-mode') === 'yes';
    const main = users.known ? users.value.find(({ name }) => name === 'default') : undefined;
    const open = main?.enabled === true && main.noPassword;
    const wide = doors.filter(({ address }) => isEveryAddress(address) || kindOf(address) === 'public');
    if (wide.length === 0 || (open && guarded)) return failEach([]);
    // Read from a file alone, the default port is that of a data node.
    const portOf = (port: number): number =>
      !listeners.known && values.known && values.value.port?.from === 'default' ? 26_379 : port;
    return failEach([
      fault(
        `listens on ${listed(wide.map(({ address, port }) => joinHostPort(address, portOf(port))))}${open ? ', with no password' : ''}`,
        [
          {
            kind: 'reachable-only',
            port: portOf(wide[0]?.port ?? 26_379),
            from: 'the other Sentinels and the clients',
          },
        ],
        { where: wide[0]?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'one private address': {
        identity: identity({ mode: 'sentinel' }),
        listeners: [listener('10.0.0.5', { port: 26379, purpose: 'sentinel' })],
      },
      'protected mode asked for': {
        identity: identity({ mode: 'sentinel' }),
        settings: settings({ 'protected-mode': 'yes', port: '26379', bind: '' }, 'file'),
        users: [user('default', { noPassword: true, passwords: [] })],
      },
    },
    bad: {
      'as installed': {
        identity: identity({ mode: 'sentinel' }),
        listeners: [listener('0.0.0.0', { port: 26379, purpose: 'sentinel' })],
        users: [user('default', { noPassword: true, passwords: [] })],
      },
      'with a password': {
        identity: identity({ mode: 'sentinel' }),
        settings: settings({ port: '26379', bind: '0.0.0.0' }, 'file'),
        users: [user('default')],
      },
    },
    other: {
      'a data node': { facts: { identity: identity() }, verdict: 'not-applicable' },
      'nothing was seen': { facts: { identity: identity({ mode: 'sentinel' }) }, verdict: 'unknown' },
    },
  },
});
