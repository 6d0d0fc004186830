import { joinHostPort } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, notApplicable, pass, undecided } from '../../define-check.ts';
import { hostAddress, identity, listener, settings } from '../../example-facts.ts';
import { doorsOf, isContained, isEveryAddress, staysHere } from '../../readings/listening.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server listens on every address of the host',
  severity: 'medium',
  why: 'A wildcard takes in every interface of today and of tomorrow: the office network, the VPN, the bridge of the containers, a public address that is added later. Then only passwords and firewalls stand between. Protected mode, where it is on, refuses other hosts only as long as the default user has no password.',
  remedy:
    'Bind the addresses that clients, replicas and other nodes really use: bind 127.0.0.1 -::1, with one private address beside it where other hosts need the server (without it they are cut off). CONFIG SET bind works from 6.2 on.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: [],
  uses: ['listeners', 'settings', 'hostAddresses', 'container', 'identity'],
  judge(_, { listeners, settings: values, hostAddresses, container, identity: who }) {
    if (who.known && who.value.mode === 'sentinel')
      return notApplicable('other hosts have to reach a Sentinel; see sentinel-port-open');
    const doors = doorsOf(listeners, values);
    if (doors === undefined) return undecided('neither its sockets nor its settings are known');
    const open = doors.filter(({ address }) => isEveryAddress(address));
    if (open.length === 0) return pass;
    const others = hostAddresses.known
      ? hostAddresses.value.filter(({ address }) => !staysHere(address)).map(({ address }) => address)
      : undefined;
    if (others?.length === 0) return pass;
    const seen = listed(open.map(({ address, port }) => joinHostPort(address, port)));
    const contained = isContained(container);
    return failEach([
      fault(
        `listens on ${seen}${others ? `, which here means ${listed(others)}` : ''}${contained ? ', inside a container' : ''}`,
        [
          {
            kind: 'setting',
            name: 'bind',
            ask: 'the addresses that clients and replicas use; 127.0.0.1 -::1 if all are on this host',
          },
        ],
        {
          opens: {},
          where: open[0]?.where,
          // In a container the wildcard is the rule; which ports are published decides.
          severity: contained ? 'low' : 'medium',
        },
      ),
    ]);
  },
  examples: {
    good: {
      loopback: { listeners: [listener('127.0.0.1'), listener('::1')] },
      'one private address': { settings: settings({ bind: '127.0.0.1 10.0.0.5', port: '6379' }) },
      'a host that has no other address': {
        listeners: [listener('0.0.0.0')],
        hostAddresses: [hostAddress('127.0.0.1', 'lo', 8)],
      },
      'the port is closed': { settings: settings({ bind: '* -::*', port: '0' }) },
    },
    bad: {
      'as installed': { settings: settings({ bind: '* -::*', port: '6379' }) },
      'no bind line, before 6.2': { settings: settings({ bind: '', port: '6379' }) },
      'Lynis lets this pass': { settings: settings({ bind: '127.0.0.1 0.0.0.0', port: '6379' }, 'file') },
      'only IPv6': { listeners: [listener('::')], hostAddresses: [hostAddress('2a01:4f8::1')] },
      'in a container': {
        listeners: [listener('0.0.0.0'), listener('::')],
        hostAddresses: [hostAddress('172.17.0.2')],
        container: { kind: 'docker' },
      },
    },
    other: {
      'a Sentinel': {
        facts: {
          listeners: [listener('0.0.0.0', { purpose: 'sentinel' })],
          identity: identity({ mode: 'sentinel' }),
        },
        verdict: 'not-applicable',
      },
      'nothing was seen': { facts: {}, verdict: 'unknown' },
    },
  },
});
