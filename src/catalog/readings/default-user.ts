import type { Goal, UserFacts } from '../../model/index.ts';

const administers = new Set(['+@all', 'allcommands', '+@admin', '+acl', '+acl|setuser']);

/** Whether somebody beside `default` could still change users and settings if `default` were off. */
export const hasOtherAdministrator = (users: readonly UserFacts[]): boolean =>
  users.some(
    ({ name, enabled, noPassword, passwords, selectors }) =>
      name !== 'default' &&
      enabled &&
      (noPassword || passwords.length > 0) &&
      selectors.some(({ commands }) => commands.some((rule) => administers.has(rule.toLowerCase()))),
  );

/**
 * How the default user is closed without shutting its owner out: off where a named user may administer the server, a
 * password where it is the only one who can.
 */
export const closeDefault = (users: readonly UserFacts[]): Goal =>
  hasOtherAdministrator(users)
    ? { kind: 'user', name: 'default', rules: ['resetpass', 'off'] }
    : { kind: 'new-password', of: 'default' };
