import { defineCheck, failEach, fault } from '../../define-check.ts';
import { aclFile, user } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';
import type { Fault, Severity, UserFacts } from '../../../model/index.ts';

interface Void {
  readonly seen: string;
  readonly severity: Severity;
}

const clears = new Set(['+@all', 'allcommands', '-@all', 'nocommands', 'reset']);
const allows = new Set(['+@all', 'allcommands']);
const isCommand = (rule: string): boolean =>
  (rule.startsWith('+') || rule.startsWith('-')) && !clears.has(rule);

/** A selector in parentheses is a list of rules of its own: left out here. */
function ownRules(rules: readonly string[]): readonly string[] {
  let inside = false;
  return rules.filter((rule) => {
    inside ||= rule.startsWith('(');
    const skip = inside;
    if (rule.endsWith(')')) inside = false;
    return !skip;
  });
}

/** Rules are read from left to right, each on what those before it left. */
function voidRules(name: string, written: readonly string[]): readonly Void[] {
  const rules = ownRules(written).map((rule) => rule.toLowerCase());
  const before = (index: number, test: (rule: string) => boolean): readonly string[] =>
    rules.slice(0, Math.max(0, index)).filter(test);
  const clearing = rules.findLastIndex((rule) => clears.has(rule));
  const cleared = before(clearing, isCommand);
  const by = rules[clearing] ?? '';
  const denials = allows.has(by) ? cleared.filter((rule) => rule.startsWith('-')) : [];
  const grants = allows.has(by) ? [] : cleared.filter((rule) => rule.startsWith('+'));
  // A new user may do nothing; default begins with everything.
  const first = rules.findIndex((rule) => rule.startsWith('+') || allows.has(rule));
  const early =
    name === 'default' || denials.length > 0
      ? []
      : before(first, (rule) => isCommand(rule) && rule.startsWith('-'));
  const everyKey = rules.findLastIndex((rule) => rule === '~*' || rule === 'allkeys');
  const patterns = before(
    everyKey,
    (rule) => (rule.startsWith('~') || rule.startsWith('%')) && rule !== '~*',
  );
  return [
    ...(denials.length > 0
      ? [{ seen: `${listed(denials)} before ${by} denies nothing`, severity: 'medium' as const }]
      : []),
    ...(early.length > 0
      ? [
          {
            seen: `${listed(early)} stands before anything is allowed, and denies nothing`,
            severity: 'low' as const,
          },
        ]
      : []),
    ...(grants.length > 0
      ? [{ seen: `${listed(grants)} before ${by} allows nothing`, severity: 'low' as const }]
      : []),
    ...(patterns.length > 0
      ? [
          {
            seen: `${listed(patterns)} limits nothing beside ${rules[everyKey] ?? '~*'}`,
            severity: 'low' as const,
          },
        ]
      : []),
  ];
}

const faultsOf = ({ name, enabled, rules, where }: UserFacts): readonly Fault[] =>
  enabled
    ? voidRules(name, rules).map(({ seen, severity }) =>
        fault(
          `user ${name}: ${seen}`,
          [{ kind: 'investigate', what: `what was meant by the rules of ${name}` }],
          { where, severity },
        ),
      )
    : [];

export default defineCheck({
  title: 'ACL rules are written that have no effect',
  severity: 'low',
  why: 'The server reads rules from left to right and says nothing when a later one undoes an earlier one. -@dangerous before +@all, or a key pattern beside ~*, look like a limit and are none.',
  remedy:
    'Put the general rules first and those that take away last: on, the password, -@all or +@all, then + and - in that order, then keys and channels. ACL LIST shows what became of it.',
  links: ['https://redis.io/docs/latest/commands/acl-setuser/'],
  needs: ['users'],
  uses: ['aclFile', 'conf'],
  judge({ users }, { aclFile: acl, conf }) {
    // As people wrote them; the running server shows only what came of it.
    const written = [...(acl.known ? acl.value.users : []), ...(conf.known ? conf.value.users : [])];
    return failEach((written.length > 0 ? written : users).flatMap(faultsOf));
  },
  examples: {
    good: {
      'in a good order': {
        users: [user('app', { rules: ['on', '-@all', '+@read', '-@dangerous', '~app:*'] })],
      },
      'what a selector in parentheses begins with is its own': {
        users: [user('app', { rules: ['on', '+get', '~app:*', '-set', '(~tmp:*', '+@all', '~*)'] })],
      },
      off: { users: [user('app', { enabled: false, rules: ['-debug', '+@all'] })] },
    },
    bad: {
      'a denial too early': { users: [user('app', { rules: ['on', '-@dangerous', '+@all', '~*'] })] },
      'a denial of what was never allowed': {
        users: [user('ingestor')],
        aclFile: aclFile([user('ingestor', { rules: ['on', '-@read', '+@write', '~orders:*'] })]),
      },
      'a pattern beside every key': {
        users: [user('app', { rules: ['on', '+@read', '~app:*', 'allkeys'] })],
      },
      'allowed, then nothing': { users: [user('app', { rules: ['on', '+get', '+set', '-@all', '~*'] })] },
    },
  },
});
