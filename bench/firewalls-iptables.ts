/** 100,000 rules of iptables: read by us, and only read by `iptables-restore --test`, in turn on the same machine. */
import { spawnSync } from 'node:child_process';
import { parseIptablesSave } from '../src/catalog/firewalls/iptables/index.ts';
import { iptablesTools } from '../test/live/support/iptables-tools.ts';
import type { Row } from './row.ts';
import { median, spread } from './statistics.ts';

const rules = 100_000;
const rounds = 7;

const address = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

function flat(): string {
  const lines = Array.from(
    { length: rules },
    (_, index) => `-A INPUT -s ${address(index)}/32 -p tcp -m tcp --dport 6379 -j ACCEPT`,
  );
  return ['*filter', ':INPUT DROP [0:0]', ...lines, 'COMMIT', ''].join('\n');
}

function inChains(): string {
  const chains = Array.from({ length: rules / 100 }, (_, index) => index);
  return [
    '*filter',
    ':INPUT DROP [0:0]',
    ...chains.map((chain) => `:c${chain} - [0:0]`),
    ...chains.map((chain) => `-A INPUT -s 10.${chain >> 8}.${chain & 255}.0/24 -j c${chain}`),
    ...chains.flatMap((chain) =>
      Array.from(
        { length: 99 },
        (_, index) =>
          `-A c${chain} -s ${address(chain * 256 + index)}/32 -p tcp -m multiport --dports 22,6379 -j ACCEPT`,
      ),
    ),
    'COMMIT',
    '',
  ].join('\n');
}

export async function rows(): Promise<readonly Row[]> {
  const tools = await iptablesTools();
  return Object.entries({ 'one chain': flat(), '1,000 chains': inChains() }).map(([name, text]) => {
    const [ours, peer]: [number[], number[]] = [[], []];
    for (let round = -1; round < rounds; round++) {
      const start = performance.now();
      const read = parseIptablesSave(text, { family: 'ipv4' });
      const middle = performance.now();
      if (read.problems.length > 0) throw new Error(read.problems[0]?.reason);
      if (round >= 0) ours.push(middle - start);
      if ('missing' in tools) continue;
      const { status } = spawnSync('unshare', ['-n', tools.program('iptables-nft-restore'), '--test'], {
        input: text,
        env: tools.env,
      });
      if (status === 0 && round >= 0) peer.push(performance.now() - middle);
    }
    const ratio = median(ours) / median(peer);
    return {
      what: `iptables: ${rules.toLocaleString('en')} rules in ${name}`,
      ours: spread(ours),
      peer: peer.length === 0 ? '' : `iptables-restore --test ${spread(peer)}`,
      ratio: peer.length === 0 ? '' : `${ratio.toFixed(2)} × its time`,
      ...(peer.length === 0 ? {} : { target: { words: 'at most twice its time', met: ratio <= 2 } }),
    };
  });
}

if (import.meta.main) console.log(await rows());
