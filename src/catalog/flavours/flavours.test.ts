import { describe, expect, it } from 'vitest';
import { products } from '../../lang/version/index.ts';
import { flavourOf } from './index.ts';

const effect = (product: string, version: string, setting: string) =>
  flavourOf(product)?.effect(setting, version);

describe('how a product takes a setting', () => {
  it.each([
    ['redis', '5.0.14', 'requirepass', 'now'],
    ['redis', '5.0.14', 'bind', 'start'],
    ['redis', '6.0.16', 'bind', 'start'],
    ['redis', '6.2.16', 'bind', 'now'],
    ['keydb', '6.3.4', 'bind', 'now'],
    ['valkey', '9.1.2', 'bind', 'now'],
    ['redis', '6.0.16', 'tls-port', 'start'],
    ['redis', '7.0.15', 'tls-port', 'now'],
    ['redis', '7.0.15', 'enable-debug-command', 'start'],
    ['redis', '6.2.16', 'enable-debug-command', undefined],
    ['redis', '3.2.12', 'tls-port', undefined],
    ['kvrocks', '2.9.0', 'requirepass', 'now'],
    ['kvrocks', '2.9.0', 'acllog-max-len', undefined],
    ['dragonfly', '1.40.0', 'requirepass', undefined],
    ['garnet', '1.0.0', 'maxclients', undefined],
  ] as const)('%s %s: %s, %s', (product, version, setting, expected) => {
    expect(effect(product, version, setting)).toBe(expected);
  });

  it('is known, or known not to be known, of every product', () => {
    for (const product of products) expect(flavourOf(product)?.product).toBe(product);
    expect(flavourOf('memcached')).toBeUndefined();
  });

  it('tells who has users, who has none, and whose are of another make', () => {
    expect(flavourOf('redis')?.users('5.0.14')).toBe(false);
    expect(flavourOf('redis')?.users('6.0.16')).toBe(true);
    expect(flavourOf('kvrocks')?.users('2.9.0')).toBe(false);
    expect(flavourOf('dragonfly')?.users('1.40.0')).toBeUndefined();
  });

  it('tells where an address that the host lacks is no error', () => {
    expect(flavourOf('redis')?.optionalAddresses('6.0.16')).toBe(false);
    expect(flavourOf('redis')?.optionalAddresses('6.2.16')).toBe(true);
    expect(flavourOf('keydb')?.optionalAddresses('6.3.4')).toBe(false);
  });

  it('tells whose password cuts connections that are there already', () => {
    expect(flavourOf('redis')?.passwordCutsClients('5.0.14')).toBe(true);
    expect(flavourOf('redis')?.passwordCutsClients('7.2.6')).toBe(false);
  });
});
