import type { Resource } from '../../../model/index.ts';

/** As apply puts back: files first, then the process that reads them, then what only runs, and last what is saved of it. */
export const undoOrder: readonly Resource['kind'][] = [
  'kept-firewall',
  'firewall',
  'file',
  'access',
  'process',
  'setting',
  'user',
  'sentinel',
  'saved',
];
