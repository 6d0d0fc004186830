import { joinHostPort, kindOf } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, pass, undecided } from '../../define-check.ts';
import { hostAddress, listener, settings } from '../../example-facts.ts';
import { doorsOf, isContained, isEveryAddress } from '../../readings/listening.ts';

export default defineCheck({
  title: 'The server listens on a public address',
  severity: 'high',
  why: 'The whole Internet may knock. Scanners find a new Redis port within hours, worms try it from then on, and every hole that needs no login is theirs to use; the server slows nobody down who guesses passwords.',
  remedy:
    'Take the public address out of `bind`. Let clients come by a private network or a VPN; where that cannot be, let the firewall admit only their addresses, over TLS.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: [],
  uses: ['listeners', 'settings', 'hostAddresses', 'container'],
  judge(_, { listeners, settings: values, hostAddresses, container }) {
    const doors = doorsOf(listeners, values);
    if (doors === undefined) return undecided('neither its sockets nor its settings are known');
    const here = hostAddresses.known ? hostAddresses.value.map(({ address }) => address) : [];
    const six = (address: string): boolean => address.includes(':');
    const faults = doors.flatMap(({ address, port, where }) => {
      const every = isEveryAddress(address);
      const reached = every ? here.filter((own) => six(own) === six(address)) : [address];
      return reached
        .filter((own) => kindOf(own) === 'public')
        .map((own) =>
          fault(
            `listens on ${joinHostPort(own, port)}${every ? `, by way of ${address}` : ''}`,
            [{ kind: 'reachable-only', port, from: 'the hosts that need it' }],
            { opens: {}, where },
          ),
        );
    });
    if (faults.length > 0) return failEach(faults);
    if (!doors.some(({ address }) => isEveryAddress(address))) return pass;
    if (!hostAddresses.known)
      return undecided('it listens on every address, and the addresses of the host are not known');
    return isContained(container)
      ? undecided('it listens on every address of its container, and which ports are published is not known')
      : pass;
  },
  examples: {
    good: {
      loopback: { listeners: [listener('127.0.0.1')] },
      'a private network': { settings: settings({ bind: '10.0.0.5 fd00::5', port: '6379' }) },
      'every address, none of them public': {
        listeners: [listener('0.0.0.0')],
        hostAddresses: [hostAddress('127.0.0.1', 'lo', 8), hostAddress('192.168.1.9')],
      },
      'only the other family is public': {
        listeners: [listener('0.0.0.0')],
        hostAddresses: [hostAddress('10.0.0.5'), hostAddress('2a01:4f8:10::1')],
      },
    },
    bad: {
      named: { settings: settings({ bind: '127.0.0.1 8.8.4.4', port: '6379' }, 'file') },
      'by a wildcard': {
        listeners: [listener('0.0.0.0')],
        hostAddresses: [hostAddress('10.0.0.5'), hostAddress('8.8.4.4', 'eth1')],
      },
      'by IPv6': { listeners: [listener('::')], hostAddresses: [hostAddress('2a01:4f8:10::1')] },
    },
    other: {
      'a wildcard, on a host nobody looked at': {
        facts: { settings: settings({ bind: '*', port: '6379' }) },
        verdict: 'unknown',
      },
      'a container, whose ports may be published': {
        facts: {
          listeners: [listener('0.0.0.0')],
          hostAddresses: [hostAddress('172.17.0.2')],
          container: { kind: 'docker' },
        },
        verdict: 'unknown',
      },
    },
  },
});
