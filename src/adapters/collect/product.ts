import { newestMeasured } from '../../lang/conf/index.ts';
import { valueOr, type Collected, type PackageFacts, type Fact } from '../../model/index.ts';
import type { FoundProcess } from '../host/index.ts';

/** Whose language the files are in: what the live server says, else its program and package, else the newest Redis. */
export function languageOf(
  facts: Partial<Collected>,
  found: FoundProcess | undefined,
  pack: Fact<PackageFacts> | undefined,
  path: string | undefined,
): { readonly product: 'redis' | 'valkey' | 'keydb'; readonly version: string; readonly sentinel: boolean } {
  const info = facts.info ? valueOr(facts.info, undefined) : undefined;
  const named = `${found?.product ?? ''} ${found?.process.exe ?? ''} ${path ?? ''}`;
  const product =
    info?.valkey_version || /valkey/.test(named)
      ? 'valkey'
      : info?.mvcc_depth || /keydb/.test(named)
        ? 'keydb'
        : 'redis';
  const packaged = pack?.known ? /(\d+\.\d+\.\d+)/.exec(pack.value.version ?? '')?.[1] : undefined;
  const mode = info?.redis_mode ?? info?.server_mode;
  return {
    product,
    version: info?.valkey_version ?? info?.redis_version ?? packaged ?? newestMeasured(product),
    sentinel:
      mode === 'sentinel' ||
      found?.mode === 'sentinel' ||
      (mode === undefined && /sentinel[^/]*\.conf$/.test(path ?? '')),
  };
}
