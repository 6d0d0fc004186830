import type { Row } from '../row.ts';
import { compare, overlooked } from './compare.ts';

/** @throws where lynis finds something on the weak server that we do not */
export async function rows(): Promise<readonly Row[]> {
  const [weak, wellKept] = await compare();
  if (!weak || !wellKept) throw new Error('nothing was compared');
  if (!weak.lynis.running || weak.lynis.findings.length === 0)
    throw new Error('lynis saw no server: it looks for a process named redis-server');
  const missed = overlooked(weak);
  if (missed.length > 0) throw new Error(`lynis finds ${missed.join(', ')}, and we do not`);
  return [weak, wellKept].map(({ server, version, lynis, ours, milliseconds }) => ({
    what: `${server}, redis ${version}`,
    ours: `${ours.length} findings in ${milliseconds.toFixed(0)} ms`,
    peer: `lynis ${lynis.version}: ${lynis.findings.length} findings in ${lynis.milliseconds.toFixed(0)} ms`,
    ratio: `${(lynis.milliseconds / milliseconds).toFixed(0)} × as fast`,
  }));
}
