import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reach } from '../../../lang/packets/index.ts';
import type { FirewallPart } from '../../../model/index.ts';
import { parseIptablesSave } from '../iptables/index.ts';
import { parseNft } from '../nft/index.ts';
import {
  iptablesChange,
  iptablesPart,
  mergeSaved,
  networksOf,
  nftPart,
  readIptablesPart,
  splitSaved,
} from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 20_000 : 200;
const part: FirewallPart = { ports: [6379, 16_379], allow: ['10.0.0.0/8', '10.1.0.0/16', 'fd00::/8'] };

describe('rules of ours', () => {
  it('name each network once, and nothing that another one holds', () => {
    expect(networksOf([...part.allow, '192.0.2.1', '11.0.0.0/8'], 'ipv4')).toEqual([
      '10.0.0.0/7',
      '192.0.2.1/32',
    ]);
    expect(networksOf(part.allow, 'ipv6')).toEqual(['fd00::/8']);
  });

  it('close a family of which nobody is named', () => {
    const { rules } = iptablesPart({ ports: [6379], allow: ['10.0.0.0/8'] }, 'ipv6', false);
    expect(rules).toEqual(['-i lo -j RETURN', '-j DROP']);
  });

  it('are read back as they were printed, and then nothing is to be done', () => {
    const wanted = iptablesPart(part, 'ipv4', false);
    const change = iptablesChange({ jumps: [] }, wanted, 6379, false) ?? '';
    const save = change.replaceAll(/^-I (\S+) \d+ /gm, '-A $1 ');
    expect(readIptablesPart(save, 6379, false)).toEqual(wanted);
    expect(iptablesChange(wanted, wanted, 6379, false)).toBeUndefined();
  });

  it('say the same in iptables and in nftables, and what the list says', () => {
    const topology = { interfaces: [{ name: 'eth0', addresses: ['198.18.0.1', '2001:db8::1'] }] };
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const network = fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([one, bits]) => `${one}/${bits}`);
    fc.assert(
      fc.property(fc.array(network, { maxLength: 6 }), (allow) => {
        const mine = { ports: [6379], allow };
        const nft = parseNft(nftPart(mine));
        expect(nft.problems).toEqual([]);
        for (const family of ['ipv4', 'ipv6'] as const) {
          const words = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
          const merged = mergeSaved('', { ...mine, words, backend: 'iptables' });
          const tables = parseIptablesSave('text' in merged ? merged.text : '', { family });
          expect(tables.problems).toEqual([]);
          for (const port of [6379, 22]) {
            const query = {
              family,
              port,
              inInterface: 'eth0',
              destination: topology.interfaces[0]?.addresses[family === 'ipv4' ? 0 : 1] ?? '',
            };
            const open = [nft, tables].map((rules) =>
              reach([rules], topology, query)
                .filter(({ reach: how }) => how === 'certain')
                .flatMap(({ sources }) =>
                  Array.from(sources.bounds as readonly unknown[] as bigint[], BigInt),
                ),
            );
            expect(open[0]).toEqual(open[1]);
            if (port === 6379 && networksOf(allow, family).length === 0) expect(open[0]).toEqual([]);
            if (port === 22) expect(open[0]).toHaveLength(2);
          }
        }
      }),
      { numRuns: runs },
    );
  });
});

describe('a file that is loaded when the host starts', () => {
  const line = fc.constantFrom(
    ':INPUT DROP [3:180]',
    ':KEYWARD-6380 - [0:0]',
    '-A INPUT -p tcp -j KEYWARD-6380',
    '-A INPUT -s 192.0.2.1/32 -j DROP',
    '[1:2] -A INPUT -j ACCEPT',
    '# KEYWARD-6379 by hand',
    '',
    'ünïcode',
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 5 }), fc.array(line, { maxLength: 8 }), fc.boolean())
    .map(([head, body, table]) =>
      [...(table ? ['*filter', ...head, ...body, 'COMMIT'] : head), ''].join('\n'),
    );
  const place = fc.constantFrom(
    { words: 'iptables-save', backend: 'iptables' } as const,
    { words: 'ip6tables-save', backend: 'docker-user' } as const,
    { words: 'nft', backend: 'nft' } as const,
  );

  it('keeps every other line, and holds our part once', () => {
    fc.assert(
      fc.property(file, place, (text, at) => {
        const once = mergeSaved(text, { ...part, ...at });
        if ('why' in once) throw new Error(once.why);
        expect(mergeSaved(once.text, { ...part, ...at })).toEqual(once);
        const { rest, lines } = splitSaved(once.text, { ...at, port: 6379 });
        expect(lines.length).toBeGreaterThan(3);
        // What we had to add besides stands in whole lines; nothing is taken away, or changed.
        const left = rest.split('\n');
        let found = 0;
        for (const one of left) if (one === text.split('\n')[found]) found++;
        expect(found).toBeGreaterThanOrEqual(text.split('\n').length - 1);
        if (at.words === 'nft' || /^\*filter\n(?:.*\n)*?:(?:INPUT|DOCKER-USER) /.test(text))
          if (at.backend !== 'docker-user') expect(rest).toBe(text);
      }),
      { numRuns: runs },
    );
  });

  it('says why where it has no place for us', () => {
    const at = { ...part, words: 'iptables-save', backend: 'iptables' } as const;
    expect(mergeSaved('*filter\n:INPUT ACCEPT [0:0]\n', at)).toEqual({ why: 'its table filter has no end' });
    expect(mergeSaved('*filter\r\nCOMMIT\r\n', at)).toEqual({ why: expect.stringContaining('Windows') });
  });

  it('puts no second part behind a mark of ours that somebody left alone', () => {
    const at = { ...part, words: 'nft', backend: 'nft' } as const;
    const made = mergeSaved('table ip mine {}\n', at);
    const [begin = '', end = ''] =
      'text' in made ? made.text.split('\n').filter((line) => line.startsWith('# ')) : [];
    for (const mark of [begin, end]) {
      const text = `${mark}\ntable ip mine {}\n`;
      expect(mergeSaved(text, at)).toEqual({ why: expect.stringContaining('stands alone') });
      expect(splitSaved(text, { ...at, port: 6379 })).toEqual({ rest: text, lines: [] });
    }
  });
});
