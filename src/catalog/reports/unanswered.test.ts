import { expect, it } from 'vitest';
import { resultOf } from './example-audit.ts';
import { unanswered } from './unanswered.ts';

const open = (check: string, theme: string, seen: string) =>
  resultOf('unknown', check, theme, 'low', check, seen);

it('gathers checks by what they wait for: an intruder first, then what leaves most open', () => {
  const all = [
    open('a', 'host', 'x'),
    open('b', 'host', 'y'),
    open('c', 'host', 'y'),
    open('d', 'compromise', 'z'),
  ];
  expect(unanswered(all).map(({ because, checks }) => [because, checks.map(({ check }) => check)])).toEqual([
    ['z', ['d']],
    ['y', ['b', 'c']],
    ['x', ['a']],
  ]);
});
