/** Rules of ours in files of the host, by a real shell: the same lines as apply writes, or the file as it was. */
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergeSaved } from '../../src/catalog/firewalls/print/index.ts';
import { keepInput, keepScript } from '../../src/catalog/renderings/parts/firewall-script.ts';
import type { FirewallBackend, KeptWords } from '../../src/model/index.ts';

const part = { ports: [6379, 16_379], allow: ['203.0.113.7', '10.0.0.0/8', '2001:db8:99::7/128'] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keep(path: string, words: KeptWords, backend: FirewallBackend): number | null {
  const action = { do: 'keep-firewall', node: 'n1', path, words, backend, ...part } as const;
  return spawnSync('sh', ['-c', keepScript(action), 'sh', path], { input: keepInput(action) }).status;
}

const saved = (declared: readonly string[]): string =>
  [
    '# mine',
    '*nat',
    ':INPUT ACCEPT [0:0]',
    'COMMIT',
    '*filter',
    ...declared,
    '-A INPUT -j DROP',
    'COMMIT',
    '',
  ].join('\n');

const kept: readonly (readonly [string, KeptWords, FirewallBackend, string])[] = [
  ['iptables', 'iptables-save', 'iptables', saved([':INPUT ACCEPT [0:0]', ':mine - [0:0]'])],
  ['iptables that declare no chain', 'ip6tables-save', 'iptables', saved([])],
  ['DOCKER-USER', 'iptables-save', 'docker-user', saved([':INPUT ACCEPT [0:0]', ':DOCKER-USER - [0:0]'])],
  [
    'DOCKER-USER that the file does not declare',
    'iptables-save',
    'docker-user',
    saved([':INPUT ACCEPT [0:0]']),
  ],
  ['nftables', 'nft', 'nft', '#!/usr/sbin/nft -f\ntable inet filter {\n}\n'],
  ['nftables in an empty file', 'nft', 'nft', ''],
];

describe('lines of ours in a file', () => {
  it.each(kept)('are those of apply, once: %s', (_, words, backend, text) => {
    const path = join(folder, 'rules');
    writeFileSync(path, text);
    for (let time = 0; time < 2; time++) {
      expect(keep(path, words, backend)).toBe(0);
      expect({ text: readFileSync(path, 'utf8') }).toEqual(mergeSaved(text, { words, backend, ...part }));
    }
    expect(readdirSync(folder)).toEqual(['rules']);
  });

  it('go into the file behind a link, which stays', () => {
    writeFileSync(join(folder, 'real'), '#!/usr/sbin/nft -f\n');
    symlinkSync('real', join(folder, 'link'));
    expect(keep(join(folder, 'link'), 'nft', 'nft')).toBe(0);
    expect(readFileSync(join(folder, 'real'), 'utf8')).toContain('keyward_6379');
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  });

  const mark = '# keyward_6379: written by keyward, begin';
  it.each([
    ['our end mark is gone', 'nft', 'nft', `table inet a {\n}\n${mark}\ntable inet b {\n}\n`],
    [
      'our beginning stands there twice',
      'nft',
      'nft',
      `${mark}\ntable inet b {\n}\n${mark}\n# keyward_6379: end\n`,
    ],
    ['there is no table filter', 'iptables-save', 'iptables', '*nat\nCOMMIT\n'],
    ['the table filter has no end', 'iptables-save', 'iptables', '*filter\n:INPUT ACCEPT [0:0]\n'],
  ] as const)('are not put where %s, and nothing is left behind', (_, words, backend, text) => {
    const path = join(folder, 'rules');
    writeFileSync(path, text);
    expect(keep(path, words, backend)).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['rules']);
  });
});
