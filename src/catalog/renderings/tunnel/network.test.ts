import { assert, property, array, integer, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromCidr, intersect, isEmpty } from '../../../lang/packets/index.ts';
import { freeNetwork, namedNetwork } from './network.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;
const octet = integer({ min: 0, max: 255 });
const ten = tuple(integer({ min: 100, max: 230 }), octet, octet).map((parts) => `10.${parts.join('.')}`);

describe('the network inside of a tunnel', () => {
  it('has none of the known addresses in it, and is the same each time', () => {
    assert(
      property(array(ten, { minLength: 1, maxLength: 60 }), (known) => {
        const { network, at } = freeNetwork(known);
        const set = fromCidr(network);
        expect(set?.family).toBe('ipv4');
        for (const one of known) {
          const single = fromCidr(`${one}/32`);
          expect(set && single && isEmpty(intersect(set, single))).toBe(true);
        }
        expect(freeNetwork(known.toReversed()).network).toBe(network);
        expect(at(1)).toBe(network.replace('.0/24', '.1'));
      }),
      { numRuns: runs },
    );
  });

  it('is the one that the user names, where that can be', () => {
    const known = ['10.0.0.5', 'db.example', '2001:db8::1'];
    const named = namedNetwork('10.9.1.0/28', known, 3);
    expect('problem' in named ? named.problem : [named.network, named.prefix, named.at(3)]).toEqual([
      '10.9.1.0/28',
      28,
      '10.9.1.3',
    ]);
    const problem = (text: string, hosts = 3): unknown => namedNetwork(text, known, hosts);
    for (const wrong of ['', '10.9.1.0', '10.9.1.0/33', '10.9.1.0/28;id', 'fd00::/64'])
      expect(problem(wrong)).toEqual({ problem: 'it is no IPv4 network like 10.150.1.0/24' });
    expect(problem('10.9.1.4/28')).toEqual({ problem: 'it does not begin where a /28 begins' });
    expect(problem('8.8.8.0/24')).toEqual({ problem: 'it is not one of the private networks' });
    expect(problem('10.9.1.0/30')).toEqual({ problem: 'it has no room for 3 hosts' });
    expect(problem('10.0.0.0/16')).toEqual({ problem: '10.0.0.5 lies in it, outside of the tunnel' });
  });
});
