/** How fast nftables' rulesets are read and answered, beside `nft -c -f`, which only reads them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNft, parseNftJson } from '../src/catalog/firewalls/nft/index.ts';
import { reach, type RuleSet } from '../src/lang/packets/index.ts';
import { nftTool } from '../scripts/tools/nft-tools.ts';
import type { Row } from './row.ts';

const quad = (value: number): string =>
  [24, 16, 8, 0].map((shift) => String(Math.floor(value / 2 ** shift) % 256)).join('.');

/** The same addresses every time, in no order: a walk with a large odd stride through all of them. */
const addresses = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => quad((at * 2_654_435_761) % 2 ** 32));

const head = 'table inet f {\n';
const input = 'chain input {\ntype filter hook input priority 0; policy drop;\n';

function million(): string {
  const elements = addresses(1_000_000).join(', ');
  return `${head}set s {\ntype ipv4_addr\nflags interval\nauto-merge\nelements = { ${elements} }\n}\n${input}ip saddr @s tcp dport 6379 accept\n}\n}\n`;
}

const flat = (): string =>
  `${head}${input}${addresses(100_000)
    .map((address) => `ip saddr ${address} tcp dport 6379 accept`)
    .join('\n')}\n}\n}\n`;

function chains(): string {
  const all = addresses(100_000);
  const bodies = Array.from({ length: 1000 }, (_, at) => {
    const rules = all.slice(at * 100, at * 100 + 100).map((address) => `ip saddr ${address} accept`);
    return `chain c${at} {\n${rules.join('\n')}\n}\n`;
  });
  const jumps = bodies.map((_, at) => `tcp dport 6379 jump c${at}`).join('\n');
  return `${head}${bodies.join('')}${input}${jumps}\n}\n}\n`;
}

function asJson(): string {
  const table = { family: 'inet', table: 'f' };
  return JSON.stringify({
    nftables: [
      { metainfo: { json_schema_version: 1 } },
      { table: { family: 'inet', name: 'f' } },
      { set: { ...table, name: 's', type: 'ipv4_addr', flags: ['interval'], elem: addresses(1_000_000) } },
      { chain: { ...table, name: 'input', type: 'filter', hook: 'input', prio: 0, policy: 'drop' } },
      {
        rule: {
          ...table,
          chain: 'input',
          expr: [
            {
              match: {
                op: '==',
                left: { payload: { protocol: 'ip', field: 'saddr' } },
                right: '@s',
              },
            },
            { accept: null },
          ],
        },
      },
    ],
  });
}

const timed = (work: () => unknown): number => {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
};

const answered = (ruleSet: RuleSet): unknown =>
  reach(
    [ruleSet],
    { interfaces: [{ name: 'eth0', addresses: ['198.18.0.1'], networks: ['0.0.0.0/0'] }] },
    { family: 'ipv4', destination: '198.18.0.1', port: 6379, inInterface: 'eth0' },
  );

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** Seconds that nft takes; `undefined` where it, or a namespace for it, cannot be had. */
async function nftSeconds(text: string): Promise<number | undefined> {
  const tool = await nftTool();
  if ('missing' in tool) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-'));
  try {
    const file = join(folder, 'rules.nft');
    writeFileSync(file, text);
    let ok = true;
    const took = timed(() => {
      const { status } = spawnSync('unshare', ['-n', tool.program, '-c', '-f', file], { env: tool.env });
      ok = status === 0;
    });
    return ok ? took : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function rows(): Promise<readonly Row[]> {
  const found: Row[] = [];
  const texts = [
    ['nft: a set of a million addresses', million()],
    ['nft: 100,000 rules, flat', flat()],
    ['nft: 100,000 rules in 1,000 chains', chains()],
  ] as const;
  for (const [what, text] of texts) {
    let ruleSet: RuleSet | undefined;
    const ours = timed(() => {
      ruleSet = parseNft(text);
      answered(ruleSet);
    });
    const theirs = await nftSeconds(text);
    found.push({
      what: `${what}: read, and who reaches 6379`,
      ours: seconds(ours),
      peer: theirs === undefined ? '' : `nft -c -f: ${seconds(theirs)}`,
      ratio: theirs === undefined ? '' : `${(ours / theirs).toFixed(2)} × nft -c -f`,
      ...(theirs === undefined
        ? {}
        : { target: { words: 'at most twice nft -c -f', met: ours <= 2 * theirs } }),
    });
  }
  const json = asJson();
  found.push({
    what: 'nft: JSON, a set of a million addresses: read, and who reaches 6379',
    ours: seconds(timed(() => answered(parseNftJson(json)))),
    peer: '',
    ratio: '',
  });
  return found;
}

if (import.meta.main)
  for (const { what, ours, ratio } of await rows())
    console.log(`${what}: ${ours}${ratio === '' ? '' : `, ${ratio}`}`);
