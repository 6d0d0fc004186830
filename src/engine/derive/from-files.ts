import { newestMeasured } from '../../lang/conf/index.ts';
import type { Collected, Identity } from '../../model/index.ts';

/** The server that a file is for, when nobody answers: its name tells the product, a package the version. */
export function identityFromFiles({ conf, package: pack, process }: Collected): Identity | undefined {
  if (!conf.known) return undefined;
  const words = `${conf.value.path} ${process.known ? process.value.exe : ''} ${pack.known ? (pack.value.name ?? '') : ''}`;
  const product = /valkey/i.test(words) ? 'valkey' : /keydb/i.test(words) ? 'keydb' : 'redis';
  const version = pack.known ? /(\d+\.\d+\.\d+)/.exec(pack.value.version ?? '')?.[1] : undefined;
  return {
    product,
    ...(version ? { version } : { assumed: newestMeasured(product) }),
    mode: conf.value.sentinel ? 'sentinel' : 'standalone',
    doubts: version ? [] : ['no server answered: the file is read as the newest version would'],
    because: ['its configuration file'],
  };
}
