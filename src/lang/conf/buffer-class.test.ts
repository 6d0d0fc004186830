import { expect, it } from 'vitest';
import { bufferClass } from './buffer-class.ts';

const all = 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60';

it.each([
  ['replica 1mb 1kb 5', 'replica 1mb 1kb 5', 'slave 1048576 1024 5'],
  ['replica 1mb 1kb 5', all, 'slave 268435456 67108864 60'],
  ['PUBSUB 1mb 1kb 5', all, 'pubsub 33554432 8388608 60'],
  [all, all, undefined],
  ['nobody 1 2 3', all, undefined],
  ['pubsub 1 2', 'pubsub 1 2', undefined],
  ['', '', undefined],
])('%j of %j is %j', (wanted, value, found) => {
  expect(bufferClass(wanted, value)).toBe(found);
});
