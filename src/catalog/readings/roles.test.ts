import { expect, it } from 'vitest';
import { roleOf } from './roles.ts';

it.each([
  ['admin', 'administrator'],
  ['redisAdmin-2', 'administrator'],
  ['replica-user', 'replica'],
  ['sentinel_user', 'sentinel'],
  ['redis-exporter', 'exporter'],
  ['backup', 'backup'],
  ['salon_queue', undefined],
  // Whole words only.
  ['administration-portal', undefined],
  ['groot', undefined],
  ['', undefined],
] as const)('%s is %s', (name, role) => {
  expect(roleOf(name)).toBe(role);
});
