import { severityOrder, healthOrder } from './words.ts';
import type { ShownServer } from './shown.ts';

/** The worst server first; equals stay as they came. */
export function compareServers(a: ShownServer, b: ShownServer): number {
  const health = healthOrder.indexOf(a.health) - healthOrder.indexOf(b.health);
  if (health !== 0) return health;
  for (const severity of severityOrder) {
    if (a.counts[severity] !== b.counts[severity]) return b.counts[severity] - a.counts[severity];
  }
  return 0;
}
