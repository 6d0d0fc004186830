import { describe, expect, it } from 'vitest';
import type { HostAddress } from '../model/index.ts';
import { originsOf, type OriginContext } from './origins.ts';

const addresses: readonly HostAddress[] = [
  { interface: 'lo', address: '127.0.0.1', prefix: 8 },
  { interface: 'eth0', address: '10.1.2.3', prefix: 16 },
  { interface: 'eth1', address: '8.8.4.4', prefix: 24 },
  { interface: 'docker0', address: '172.17.0.1', prefix: 16 },
  { interface: 'eth0', address: 'fe80::1', prefix: 64 },
];
const context = (more: Partial<OriginContext> = {}): OriginContext => ({
  hostAddresses: addresses,
  refusesOthers: undefined,
  clientCertificate: false,
  ...more,
});
const door = (address: string, tls = false) => ({ address, port: 6379, tls, source: 'test' });

describe('from where', () => {
  it('an address of loopback: this host only', () => {
    expect(originsOf([door('127.0.0.1')], [], context())).toMatchObject([
      { reach: 'host', sources: ['127.0.0.0/8'] },
    ]);
  });

  it('every address: each network that the host is on, and the Internet where an address is public', () => {
    const rows = originsOf([door('0.0.0.0')], [], context());
    expect(rows.map(({ reach, sources }) => [reach, sources])).toEqual([
      ['internet', ['0.0.0.0/0']],
      ['network', ['10.1.0.0/16']],
      ['container', ['172.17.0.0/16']],
      ['host', ['127.0.0.0/8']],
    ]);
  });

  it('every address of a host that nobody has looked at: possible, not certain', () => {
    const [first, second] = originsOf([door('0.0.0.0')], [], context({ hostAddresses: undefined }));
    expect(first).toMatchObject({ reach: 'internet', certainty: 'possible' });
    expect(second).toMatchObject({ reach: 'host', certainty: 'certain' });
  });

  it('both families of loopback are one row', () => {
    const rows = originsOf([door('127.0.0.1'), door('::1')], [], context());
    expect(rows).toHaveLength(1);
    expect(rows[0]?.sources).toEqual(['127.0.0.0/8', '::1/128']);
  });

  it('a server that refuses strangers keeps the row, and says why', () => {
    const rows = originsOf([door('0.0.0.0')], [], context({ refusesOthers: 'protected mode' }));
    expect(rows.filter(({ refused }) => refused !== undefined).map(({ reach }) => reach)).toEqual([
      'internet',
      'network',
      'container',
    ]);
    expect(rows.find(({ reach }) => reach === 'host')?.refused).toBeUndefined();
  });

  it('a name that is no address: somebody reaches it, nobody knows who', () => {
    expect(originsOf([door('cache.internal')], [], context())).toMatchObject([
      { reach: 'network', certainty: 'possible', sources: [] },
    ]);
  });

  it('a unix socket: whoever may open the file', () => {
    const socket = { address: '/run/redis.sock', family: 'unix', purpose: 'unix', mode: '0777' } as const;
    expect(originsOf([], [socket], context())).toMatchObject([
      { reach: 'socket', label: 'local users (mode 0777)' },
    ]);
  });

  it('a TLS door beside a plain one is a row of its own', () => {
    expect(
      originsOf([door('10.1.2.3'), { ...door('10.1.2.3', true), port: 6380 }], [], context()),
    ).toHaveLength(2);
  });
});
