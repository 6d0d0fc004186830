import { expect, it } from 'vitest';
import { ascii } from './index.ts';

it('writes typography plainly and keeps the rest apart', () => {
  expect(ascii('the server’s “bind” – café… 日 😀')).toBe(
    'the server\'s "bind" - caf\\u{e9}... \\u{65e5} \\u{1f600}',
  );
  expect(ascii('plain \\ text')).toBe('plain \\ text');
});
