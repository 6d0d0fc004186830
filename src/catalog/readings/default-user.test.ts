import { expect, it } from 'vitest';
import { user } from '../example-facts.ts';
import { closeDefault } from './default-user.ts';

it('is a password where nobody else administers: off would lock the owner out', () => {
  expect(closeDefault([user('default')])).toEqual({ kind: 'new-password', of: 'default' });
  expect(closeDefault([user('default'), user('app', { selector: { commands: ['-@all', '+get'] } })])).toEqual(
    { kind: 'new-password', of: 'default' },
  );
  expect(closeDefault([user('default'), user('admin', { enabled: false })])).toMatchObject({
    kind: 'new-password',
  });
});
it('is off where a named user administers', () =>
  expect(closeDefault([user('default'), user('admin')])).toEqual({
    kind: 'user',
    name: 'default',
    rules: ['resetpass', 'off'],
  }));
