import { defineCheck, failEach, fault } from '../../define-check.ts';
import { user } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

/** Commands with subcommands of their own, of all versions; and those whose first argument is a usual rule. */
const containers = new Set(
  (
    'acl client cluster command commandlog config function hotkeys latency memory module object pubsub script sentinel ' +
    'slowlog xgroup xinfo lfu keydb json.debug ft.config ft.cursor'
  ).split(' '),
);
const usual = new Set(['select', 'debug', 'swapdb']);

const isOdd = (rule: string): boolean => {
  const found = /^[+-]([^@|][^|]{0,100})\|/.exec(rule);
  const command = found?.[1]?.toLowerCase();
  return command !== undefined && !containers.has(command) && !usual.has(command) && !command.includes('.');
};

export default defineCheck({
  title: 'An ACL rule names a subcommand of a command that has none',
  severity: 'low',
  why: '+get|x is accepted without a word, and means: GET, where its first argument is exactly x. A slip of the pen so becomes a rule, in place of the key pattern or command that was meant. Such rules are deprecated since 7.0.',
  remedy:
    'Write the command alone in the rule and limit it by key pattern: +get ~x. For a subcommand, check its name: +config|get.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users'],
  judge: ({ users }) =>
    failEach(
      users.flatMap(({ name, selectors, where }) => {
        const odd = [...new Set(selectors.flatMap(({ commands }) => commands.filter(isOdd)))];
        if (odd.length === 0) return [];
        return [
          fault(
            `user ${name} has ${listed(odd)}`,
            [{ kind: 'investigate', what: `what ${listed(odd)} of user ${name} was meant to be` }],
            { where },
          ),
        ];
      }),
    ),
  examples: {
    good: {
      subcommands: {
        users: [
          user('app', { selector: { commands: ['-@all', '+config|get', '-client|kill', '+script|load'] } }),
        ],
      },
      'a database, the one usual first argument': {
        users: [user('app', { selector: { commands: ['+select|0'] } })],
      },
      'a module’s commands are not known here': {
        users: [user('app', { selector: { commands: ['+my.cmd|sub'] } })],
      },
    },
    bad: {
      'a key in the place of a subcommand': {
        users: [user('app', { selector: { commands: ['-@all', '+get|x'] } })],
      },
      'the wrong command': { users: [user('app', { selector: { commands: ['+flushall|async'] } })] },
    },
  },
});
