import { describe, expect, it } from 'vitest';
import { known, unknown } from '../../model/index.ts';
import { listener, settings } from '../example-facts.ts';
import { boundAddresses, doorsOf, portOf } from './listening.ts';

const silence = unknown('not-asked', 'test');

describe('bind, as addresses', () => {
  it.each([
    ['', ['0.0.0.0', '::']],
    ['* -::*', ['0.0.0.0', '::']],
    ['127.0.0.1 -::1', ['127.0.0.1', '::1']],
    ['  10.0.0.5   fd00::5 ', ['10.0.0.5', 'fd00::5']],
  ])('%j', (bind, addresses) => {
    expect(boundAddresses(settings({ bind }))).toEqual(addresses);
  });
  it('means every address where the server has no such setting', () => {
    expect(boundAddresses({})).toEqual(['0.0.0.0', '::']);
  });
});

describe('ports', () => {
  it('are closed at 0, and unknown names are no ports', () => {
    expect(portOf(settings({ port: '0' }), 'port')).toBeUndefined();
    expect(portOf(settings({ port: '6379' }), 'port')).toBe(6379);
    expect(portOf(settings({ port: '70000' }), 'port')).toBeUndefined();
    expect(portOf({}, 'tls-port')).toBeUndefined();
  });
});

describe('doors', () => {
  it('are the sockets where these were seen, whatever the settings say', () => {
    const heard = known(
      [listener('10.0.0.5'), listener('10.0.0.5', { port: 16379, purpose: 'bus' })],
      'test',
    );
    expect(doorsOf(heard, known(settings({ bind: '*', port: '6379' }), 'test'))).toEqual([
      { address: '10.0.0.5', port: 6379, tls: false },
    ]);
  });
  it('are worked out from the settings otherwise, plain and TLS', () => {
    const said = known(settings({ bind: '127.0.0.1', port: '6379', 'tls-port': '6380' }), 'test');
    expect(doorsOf(silence, said)).toEqual([
      { address: '127.0.0.1', port: 6379, tls: false },
      { address: '127.0.0.1', port: 6380, tls: true },
    ]);
  });
  it('are not known where neither is', () => {
    expect(doorsOf(silence, silence)).toBeUndefined();
  });
});
