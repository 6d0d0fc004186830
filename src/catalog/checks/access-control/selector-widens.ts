import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { user } from '../../example-facts.ts';
import type { SelectorFacts } from '../../../model/index.ts';

const everyKey = new Set(['~*', 'allkeys', '%rw~*', '%wr~*']);
const allKeys = ({ keys }: SelectorFacts): boolean => {
  const last = keys
    .map((rule) => rule.toLowerCase())
    .findLast((rule) => everyKey.has(rule) || rule === 'resetkeys');
  return last !== undefined && everyKey.has(last);
};
const allCommands = ({ commands }: SelectorFacts): boolean => {
  const last = commands.findLast(
    (rule) => rule === '+@all' || rule === 'allcommands' || rule === '-@all' || rule === 'nocommands',
  );
  return last === '+@all' || last === 'allcommands';
};

export default defineCheck({
  title: 'A selector gives back what the user’s own rules withhold',
  severity: 'medium',
  why: 'Selectors add up: a command passes if any one of them allows it. A selector in parentheses with ~* or +@all opens everything that the rules before it were careful about, and is easily overlooked.',
  remedy: 'Narrow the selector to the keys and commands that it is for, or clear it with clearselectors.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#selectors'],
  needs: ['users'],
  judge({ users }) {
    if (users.every(({ selectors }) => selectors.length < 2)) return notApplicable('no user has selectors');
    return failEach(
      users
        .filter(({ enabled }) => enabled)
        .flatMap(({ name, selectors: [root, ...more], where }) => {
          if (!root) return [];
          const wide = more.flatMap((selector, index) => [
            ...(allKeys(selector) && !allKeys(root) && selector.commands.some((rule) => rule.startsWith('+'))
              ? [`selector ${index + 1} has every key`]
              : []),
            ...(allCommands(selector) && !allCommands(root)
              ? [`selector ${index + 1} has every command`]
              : []),
          ]);
          if (wide.length === 0) return [];
          return [
            fault(
              `user ${name}: ${wide.join(', ')}, beyond the user’s own rules`,
              [{ kind: 'investigate', what: `what the selectors of ${name} are for` }],
              {
                opens: { as: name },
                where,
              },
            ),
          ];
        }),
    );
  },
  examples: {
    good: {
      'narrow on narrow': {
        users: [
          user('app', {
            selectors: [
              { commands: ['-@all', '+get'], keys: ['~app:*'], channels: [] },
              { commands: ['-@all', '+set'], keys: ['~app:tmp:*'], channels: [] },
            ],
          }),
        ],
      },
    },
    bad: {
      'every key after all': {
        users: [
          user('app', {
            selectors: [
              { commands: ['-@all', '+get'], keys: ['~app:*'], channels: [] },
              { commands: ['-@all', '+@read'], keys: ['~*'], channels: [] },
            ],
          }),
        ],
      },
      'every command after all': {
        users: [
          user('app', {
            selectors: [
              { commands: ['-@all', '+@read'], keys: ['~app:*'], channels: [] },
              { commands: ['+@all'], keys: ['~tmp:*'], channels: [] },
            ],
          }),
        ],
      },
    },
    other: { none: { facts: { users: [user('app')] }, verdict: 'not-applicable' } },
  },
});
