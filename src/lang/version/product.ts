/** The servers that we know, by their own names. */
export type Product = 'redis' | 'valkey' | 'keydb' | 'dragonfly' | 'kvrocks' | 'garnet';

export const products: readonly Product[] = ['redis', 'valkey', 'keydb', 'dragonfly', 'kvrocks', 'garnet'];
