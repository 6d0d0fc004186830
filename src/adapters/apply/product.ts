import type { PlanNode } from '../../model/index.ts';

/** Whose redis.conf it is: a product that we do not know is read as Redis. */
export const tableProduct = ({ product }: PlanNode): 'redis' | 'valkey' | 'keydb' =>
  product === 'valkey' || product === 'keydb' ? product : 'redis';
