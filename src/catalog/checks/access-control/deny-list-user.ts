import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { user } from '../../example-facts.ts';
import { roleOf } from '../../readings/roles.ts';
import { listed } from '../../readings/values.ts';

const all = new Set(['+@all', 'allcommands']);
const none = new Set(['-@all', 'nocommands']);

/** What is taken away after the last `+@all`; `undefined` where the rules do not build on it. */
function takenFromAll(commands: readonly string[]): readonly string[] | undefined {
  const rules = commands.map((rule) => rule.toLowerCase());
  const from = rules.findLastIndex((rule) => all.has(rule));
  if (from < 0 || rules.slice(from).some((rule) => none.has(rule))) return undefined;
  return rules.slice(from).filter((rule) => rule.startsWith('-'));
}

export default defineCheck({
  title: 'A user has everything except a list of denials',
  severity: 'low',
  why: 'A list of denials is right only for the version it was written for: what an upgrade or a module brings is allowed from its first day. Such lists also forget the twins: SLAVEOF for REPLICAOF, EVAL for FCALL, PSYNC for SYNC.',
  remedy:
    'Turn the user’s rules round: -@all, then + for the commands or categories that it uses (as a rule +@read +@write +@connection +@transaction), -@dangerous after them, and +info where its library asks. Try it on a copy of the user first.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/'],
  needs: ['users'],
  judge({ users }) {
    const named = users.filter(({ enabled, name }) => enabled && roleOf(name) !== 'administrator');
    if (named.length === 0) return notApplicable('nobody but administrators can log in');
    return failEach(
      named.flatMap(({ name, selectors, where }) => {
        const taken = selectors
          .map(({ commands }) => takenFromAll(commands))
          .find((rules) => rules !== undefined && rules.length > 0);
        if (!taken) return [];
        return [
          fault(
            `user ${name} has +@all ${listed(taken)}`,
            [{ kind: 'investigate', what: `which commands ${name} uses, to allow those and no others` }],
            { where },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'built up from nothing': {
        users: [user('app', { selector: { commands: ['-@all', '+@read', '-@dangerous'] } })],
      },
      'all is another fault': { users: [user('app')] },
      'begun with all, then with nothing': {
        users: [user('app', { selector: { commands: ['+@all', '-config', '-@all', '+get'] } })],
      },
    },
    bad: {
      'the usual advice': { users: [user('app', { selector: { commands: ['+@all', '-@dangerous'] } })] },
      'one command thought of': { users: [user('web', { selector: { commands: ['+@all', '-debug'] } })] },
    },
    other: {
      administrators: {
        facts: { users: [user('ops', { selector: { commands: ['+@all', '-debug'] } })] },
        verdict: 'not-applicable',
      },
    },
  },
});
