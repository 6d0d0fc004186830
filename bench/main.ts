/**
 * `npm run bench [names…]`: every bench beside its peers, in one run on one machine. It prints and never fails on a
 * time: a figure means something only beside the others of its run.
 */
import { cpus, loadavg } from 'node:os';
import type { Bench, Row } from './row.ts';

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  launcher: () => import('./launcher.ts'),
  audit: () => import('./audit.ts'),
  apply: () => import('./apply.ts'),
  fleet: () => import('./fleet.ts'),
  conf: () => import('./conf-rows.ts'),
  resp: () => import('./resp-rows.ts'),
  lynis: () => import('./lynis/rows.ts'),
  packets: () => import('./packets.ts'),
  iptables: () => import('./firewalls-iptables.ts'),
  nft: () => import('./firewalls-nft.ts'),
};

function print({ what, ours, peer, ratio, target }: Row): void {
  const verdict = target ? `   [${target.met ? 'met' : 'MISSED'}: ${target.words}]` : '';
  console.log(`${what.padEnd(52)} ${ratio.padStart(18)}${verdict}`);
  console.log(`    ours ${ours}${peer ? `; ${peer}` : ''}`);
}

const wanted = process.argv.slice(2);
const strangers = wanted.filter((name) => !(name in benches));
if (strangers.length > 0) {
  console.error(`no bench ${strangers.join(', ')}; there are: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  const [first] = cpus();
  console.log(
    `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${first?.model ?? '?'}`,
  );
  for (const [name, load] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n${name} (load ${loadavg()[0]?.toFixed(1)})`);
    try {
      for (const row of await (await load()).rows()) print(row);
    } catch (error) {
      console.log(`    not run: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 2;
    }
  }
}
