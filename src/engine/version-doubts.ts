import type { Product } from '../model/index.ts';
import { withinBracket, type Bracket } from './version-bracket.ts';

// Branches that were ever released, and the numbers that release candidates go by (5.9, 6.9 and 7.9 before 6.0, 7.0
// and 8.0). A number between them was invented, by KeyDB's version-override or by a lure.
const branches: Partial<Record<Product, ReadonlySet<string>>> = {
  redis: new Set([
    '1.0',
    '1.2',
    '1.3',
    '2.0',
    '2.1',
    '2.2',
    '2.3',
    '2.4',
    '2.5',
    '2.6',
    '2.7',
    '2.8',
    '2.9',
    '3.0',
    '3.1',
    '3.2',
    '3.9',
    '4.0',
    '4.9',
    '5.0',
    '5.9',
    '6.0',
    '6.2',
    '6.9',
    '7.0',
    '7.2',
    '7.4',
    '7.9',
    '8.0',
    '8.2',
    '8.4',
    '8.6',
    '8.8',
    '8.10',
  ]),
  valkey: new Set(['7.2', '8.0', '8.1', '9.0', '9.1']),
};
const newest: Partial<Record<Product, readonly [number, number]>> = { redis: [8, 10], valkey: [9, 1] };

/** Reasons to distrust what INFO says, each in one sentence. */
export function doubtsAbout(
  product: Product,
  version: string | undefined,
  info: Readonly<Record<string, string>>,
  seen: Bracket,
): readonly string[] {
  const doubts: string[] = [];
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})/.exec(version ?? '');
  if (!version) doubts.push('it gives no version');
  else if (!parts) doubts.push(`"${version}" is no version number`);
  const branch = parts ? `${parts[1]}.${parts[2]}` : undefined;
  const unstable = version?.startsWith('255.255.255') === true;
  if (product === 'keydb') doubts.push('KeyDB lets its operator choose the version that it reports');
  if (branch && !unstable) {
    const ours = branches[product];
    const top = newest[product];
    const later =
      top !== undefined &&
      parts &&
      (Number(parts[1]) > top[0] || (Number(parts[1]) === top[0] && Number(parts[2]) > top[1]));
    if (ours && !ours.has(branch) && !later) doubts.push(`there never was a ${product} ${branch}`);
    if (later) doubts.push(`${product} ${branch} is newer than what this Keyward knows`);
    if ((product === 'redis' || product === 'valkey') && !withinBracket(seen, branch)) {
      doubts.push(
        `it says ${version}, and answers as ${seen.from ?? 'the first'} to ${seen.to ?? 'the latest'} would: ${seen.because.join('; ')}`,
      );
    }
  }
  if (product === 'valkey' && info.redis_version !== undefined && info.redis_version !== '7.2.4') {
    doubts.push(`Valkey says redis_version:7.2.4 for compatibility; this one says ${info.redis_version}`);
  }
  const named = seen.product;
  if (
    named !== 'unknown' &&
    named !== product &&
    !(named === 'redis' && ['valkey', 'keydb', 'garnet', 'dragonfly', 'kvrocks'].includes(product))
  ) {
    doubts.push(`INFO speaks as ${product}, its other answers as ${named}`);
  }
  if (unstable) doubts.push('a build from the development branch: its number says nothing of its fixes');
  return doubts;
}
