import type { Product } from '../../lang/version/index.ts';
import { dragonfly } from './dragonfly.ts';
import type { Flavour } from './flavour.ts';
import { garnet } from './garnet.ts';
import { keydb } from './keydb.ts';
import { kvrocks } from './kvrocks.ts';
import { redis } from './redis.ts';
import { valkey } from './valkey.ts';

export type { Effect, Flavour } from './flavour.ts';

const flavours: Readonly<Record<Product, Flavour>> = { redis, valkey, keydb, dragonfly, kvrocks, garnet };

/** How a product reaches a goal; `undefined` where it is not known what answers. */
export const flavourOf = (product: string): Flavour | undefined =>
  Object.values(flavours).find((flavour) => flavour.product === product);
