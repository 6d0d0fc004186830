import { joinHostPort, kindOf } from '../../../lang/address/index.ts';
import { defineCheck, failEach, fault, pass, undecided } from '../../define-check.ts';
import type { Exposure, Fact, Origin } from '../../../model/index.ts';
import { exposure as table, hostAddress, listener, origin, settings } from '../../example-facts.ts';
import { doorsOf, isLoopback, staysHere } from '../../readings/listening.ts';
import { viaOf } from '../../readings/reachable.ts';
import { listed } from '../../readings/values.ts';

/** How far an address reaches: 0 this host, 1 a private network, 2 everywhere. */
const width = (address: string): number => {
  if (staysHere(address)) return 0;
  const kind = kindOf(address);
  return kind === 'unspecified' || kind === 'public' ? 2 : 1;
};

/** Ways of other hosts by one family, as far as they are known. */
const rowsOf = (exposure: Fact<Exposure>, six: boolean): readonly Origin[] | undefined =>
  exposure.known
    ? exposure.value.origins.filter(
        ({ reach, via }) =>
          (reach === 'internet' || reach === 'network') &&
          'address' in via &&
          via.address.includes(':') === six,
      )
    : undefined;

export default defineCheck({
  title: 'IPv6 is open where IPv4 is closed',
  severity: 'high',
  why: 'The address list was narrowed for IPv4 and forgotten for IPv6. Most hosts have a public IPv6 address of their own, and firewall rules written for IPv4 say nothing about it.',
  remedy:
    'Narrow bind for both families: bind 127.0.0.1 -::1, or the private addresses of both, those that clients use among them.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: [],
  uses: ['listeners', 'settings', 'hostAddresses', 'exposure'],
  judge(_, { listeners, settings: values, hostAddresses, exposure }) {
    const [fourIn, sixIn] = [false, true].map((six) => rowsOf(exposure, six));
    // Rules decide over both: what they shut is shut, whatever it listens on.
    if (sixIn && sixIn.length > 0 && sixIn.every(({ refusedBy }) => refusedBy === 'firewall')) return pass;
    const open = sixIn?.filter(({ refused }) => refused === undefined) ?? [];
    if (
      open.length > 0 &&
      fourIn &&
      fourIn.length > 0 &&
      fourIn.every(({ refusedBy }) => refusedBy === 'firewall')
    )
      return failEach([
        fault(
          `the firewall keeps IPv4 out (${fourIn[0]?.refused ?? ''}), and lets IPv6 in: ${listed([...new Set(open.map((row) => `${row.label} to ${viaOf(row)}`))])}`,
          [...new Set(open.flatMap(({ via }) => ('port' in via ? [via.port] : [])))].map((port) => ({
            kind: 'reachable-only',
            port,
            from: 'the hosts that may reach it over IPv4',
          })),
          { opens: {} },
        ),
      ]);
    const doors = doorsOf(listeners, values);
    if (doors === undefined) return undecided('neither its sockets nor its settings are known');
    const four = doors.filter(({ address }) => !address.includes(':'));
    const six = doors.filter(({ address }) => address.includes(':'));
    if (four.length === 0 || six.length === 0) return pass;
    const most = Math.max(...four.map(({ address }) => width(address)));
    const wide = six.filter(({ address }) => width(address) === 2);
    if (most === 2 || wide.length === 0) return pass;
    const own = hostAddresses.known ? hostAddresses.value.map(({ address }) => address) : undefined;
    // A host without IPv6 beyond its own link gains nothing by `::`.
    if (own && !own.some((address) => address.includes(':') && !staysHere(address))) return pass;
    return failEach([
      fault(
        `IPv4 on ${listed(four.map(({ address, port }) => joinHostPort(address, port)))}, IPv6 on ${listed(wide.map(({ address, port }) => joinHostPort(address, port)))}`,
        [
          {
            kind: 'setting',
            name: 'bind',
            value: four.every(({ address }) => isLoopback(address))
              ? '127.0.0.1 -::1'
              : listed([...new Set(four.map(({ address }) => address))], 99).replaceAll(',', ''),
          },
        ],
        { opens: {}, where: wide[0]?.where },
      ),
    ]);
  },
  examples: {
    good: {
      'both loopback': { settings: settings({ bind: '127.0.0.1 -::1', port: '6379' }) },
      'both open, which is said elsewhere': { settings: settings({ bind: '* -::*', port: '6379' }) },
      'IPv4 only': { listeners: [listener('10.0.0.5')] },
      'a firewall keeps IPv6 out': {
        settings: settings({ bind: '127.0.0.1 ::', port: '6379' }, 'file'),
        exposure: table([
          origin('network', {
            via: { address: '2a01:4f8:10::1', port: 6379, tls: false },
            refused: 'the firewall: -A INPUT -p tcp -m tcp --dport 6379 -j DROP (ip6tables-save:9)',
            refusedBy: 'firewall',
          }),
        ]),
      },
      'the host has no IPv6': {
        settings: settings({ bind: '127.0.0.1 -::*', port: '6379' }),
        hostAddresses: [hostAddress('10.0.0.5'), hostAddress('fe80::1')],
      },
    },
    bad: {
      'a wildcard for IPv6': { settings: settings({ bind: '127.0.0.1 ::', port: '6379' }, 'file') },
      'seen at the sockets': {
        listeners: [listener('10.0.0.5'), listener('::')],
        hostAddresses: [hostAddress('10.0.0.5'), hostAddress('2a01:4f8:10::1')],
      },
      'a firewall that knows IPv4 only': {
        listeners: [listener('0.0.0.0'), listener('::')],
        exposure: table([
          origin('network', {
            via: { address: '10.0.0.5', port: 6379, tls: false },
            refused: 'the firewall: -A INPUT -p tcp -m tcp --dport 6379 -j DROP (iptables-save:9)',
            refusedBy: 'firewall',
          }),
          origin('internet', { via: { address: '2a01:4f8:10::1', port: 6379, tls: false } }),
        ]),
      },
      'a public one beside a private one': { listeners: [listener('10.0.0.5'), listener('2a01:4f8:10::1')] },
    },
    other: { 'nothing was seen': { facts: {}, verdict: 'unknown' } },
  },
});
