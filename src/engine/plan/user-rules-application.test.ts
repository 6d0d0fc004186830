/** The user that is planned for applications, on every server with users: wide enough, and our own audit agrees. */
import { beforeAll, describe, expect, it } from 'vitest';
import { grant, user } from '../../catalog/example-facts.ts';
import {
  allowedCommands,
  applyRules,
  bundledCommands,
  newUser,
  type CommandTable,
} from '../../lang/acl/index.ts';
import type { CommandUse, PlanNode, PolicyName, Step } from '../../model/index.ts';
import { withSubcommands } from '../derive/grants.ts';
import { openServer, plan, subject, type Server } from './subjects-of-tests.ts';
import { durationOf } from './user-rules-application.ts';
import { mayRun } from './user-rules.ts';

const day = 86_400;
const versions: readonly (readonly [PlanNode['product'], string])[] = [
  ['redis', '6.0.16'],
  ['redis', '6.2.16'],
  ['redis', '7.0.15'],
  ['redis', '7.2.6'],
  ['redis', '8.0.2'],
  ['redis', '8.6.3'],
  ['valkey', '8.0.1'],
  ['valkey', '8.1.4'],
  ['valkey', '9.1.2'],
  ['keydb', '6.3.4'],
];

describe.each(versions)('for the applications of %s %s', (product, version) => {
  let commands: CommandTable;
  beforeAll(async () => {
    commands = await bundledCommands(product, version);
  });
  const modern = !version.startsWith('6.');
  const used = (words: string, seconds = day): CommandUse => ({
    commands: words === '' ? [] : words.split(' '),
    seconds,
  });

  function stepFor(policy: PolicyName, more: Omit<Server, 'facts'>, name = 'app'): Step {
    const server = { product, version, clients: [{ address: '10.0.0.7' }], ...more };
    const parts = plan([subject('n1', { ...server, facts: openServer(commands) })], { policy });
    const step = parts.steps.find(
      ({ kind, does: [first] }) => kind === 'user' && first?.do === 'set-user' && first.user === name,
    );
    if (!step) throw new Error('no user is planned');
    return step;
  }
  const rulesOf = ({ does: [first] }: Step): readonly string[] =>
    first?.do === 'set-user' ? first.rules.filter((rule) => typeof rule === 'string') : [];

  /** What the rules come to; a word that this version refuses fails the test. */
  function allowed(step: Step): readonly string[] {
    const context = { product, version, commands };
    const { user: made, problems } = applyRules(
      newUser('app', context),
      rulesOf(step).filter((rule) => rule !== 'reset'),
      context,
    );
    expect(problems).toEqual([]);
    if (!made) throw new Error('refused');
    return [...withSubcommands(allowedCommands(made, commands), commands)];
  }
  const may = (step: Step, words: string): readonly string[] => {
    const all = allowed(step);
    return words.split(' ').filter((command) => mayRun(all, command) || all.includes(command));
  };
  const judged = (step: Step, name = 'app'): readonly string[] => {
    const rules = rulesOf(step).filter((rule) => /^[+-]/.test(rule));
    const { findings } = subject('x', {
      product,
      version,
      facts: {
        users: [user(name, { selector: { commands: rules }, rules })],
        grants: [grant(name, { commands: allowed(step), can: {} })],
      },
    }).audit;
    return findings
      .filter(({ verdict, theme }) => verdict === 'fail' && /^(access-control|commands)$/.test(theme))
      .map(({ check }) => check);
  };

  it('is a list of what is allowed, after a day of counting', () => {
    const step = stepFor('recommended', { used: used('get set') });
    expect(rulesOf(step)).toEqual(expect.arrayContaining(['-@all', '+@read', '-@admin', '-@dangerous']));
    expect(rulesOf(step)).not.toContain('+@all');
    expect(judged(step)).not.toContain('application-user-too-wide');
    expect(judged(step)).not.toContain('deny-list-user');
    expect(judged(step)).not.toContain('scripts-open');
    expect(judged(step)).not.toContain('rules-without-effect');
    expect(step.risk).toEqual({
      level: 'refuses',
      why: 'commands that nobody has sent in the 24 hours for which the server has counted them',
    });
  });

  it('works with what applications do, and with what their libraries ask for', () => {
    const step = stepFor('recommended', { used: used('get') });
    const words =
      'get set del incr mget scan expire ttl lpush brpop blpop xadd xreadgroup multi exec watch publish subscribe ' +
      'psubscribe hset zadd info ping echo select hello time dbsize wait command';
    expect(may(step, words)).toEqual(words.split(' '));
    expect(may(step, 'readonly readwrite asking')).toHaveLength(3);
    if (modern) expect(may(step, 'client|setname cluster|slots cluster|shards command|docs')).toHaveLength(4);
    // Before 7.0 parts are first arguments, and not commands.
    else expect(rulesOf(step)).toEqual(expect.arrayContaining(['+client|setname', '+cluster|slots']));
    expect(may(step, 'config|set acl|setuser module|load debug shutdown monitor replicaof psync')).toEqual(
      [],
    );
    expect(may(step, 'flushall flushdb keys eval migrate client|kill client|list function|load')).toEqual([]);
  });

  it('takes in what was ever used, and is no administration', () => {
    const step = stepFor('recommended', {
      used: used('acl|setuser client|kill config|set evalsha flushdb keys migrate monitor replicaof sort'),
    });
    expect(may(step, 'keys sort flushdb evalsha')).toHaveLength(4);
    // Whoever sends EVALSHA sends EVAL after a restart.
    expect(may(step, 'eval')).toEqual(['eval']);
    if (modern) expect(may(step, 'script|load script|exists')).toHaveLength(2);
    else expect(rulesOf(step)).toContain('+script|load');
    expect(may(step, 'acl|setuser client|kill config|set migrate monitor replicaof script|flush')).toEqual(
      [],
    );
  });

  it('is everything without administration while the server has not counted for long', () => {
    const step = stepFor('recommended', { used: used('get keys', day - 1) });
    expect(rulesOf(step)).toContain('+@all');
    expect(may(step, 'keys eval info xadd')).toHaveLength(4);
    expect(may(step, 'flushall function|load function|flush script|flush script|kill')).toEqual([]);
    expect(step.risk).toEqual({ level: 'none' });
    const plain = stepFor('recommended', { used: used('get', 60) });
    expect(judged(plain)).not.toContain('application-user-too-wide');
    if (modern)
      expect(may(stepFor('recommended', { used: used('function|load', 60) }), 'function|load')).toHaveLength(
        1,
      );
  });

  it('is a list in strict, however short the counting, and says how short', () => {
    const step = stepFor('strict', { used: used('get', 7300) });
    expect(judged(step)).not.toContain('deny-list-user');
    expect(step.risk).toMatchObject({ why: expect.stringMatching(/in the 2 hours for which/) });
    expect(stepFor('strict', { used: used('get', 0) }).risk).toMatchObject({
      why: expect.stringMatching(/nobody knows when that was/),
    });
  });

  it('is never a list in essential, nor where the server does not count', () => {
    for (const step of [
      stepFor('essential', { used: used('get', 900 * day) }),
      stepFor('recommended', {}),
      stepFor('strict', {}),
    ]) {
      expect(rulesOf(step)).toContain('+@all');
      expect(may(step, 'info')).toEqual(['info']);
    }
  });

  it('stands beside a user for monitoring that looks and does no more', () => {
    const clients = (commands: readonly string[]) =>
      [{ address: '10.0.0.9', kind: 'exporter', commands }] as const;
    const little = stepFor('strict', { clients: clients(['info']), used: used('get') }, 'exporter');
    expect(judged(little, 'exporter')).toEqual([]);
    expect(rulesOf(little)).not.toContain('~*');
    expect(may(little, 'ping info slowlog|get get config|get')).toEqual(['ping', 'info', 'slowlog|get']);
    const watching = stepFor('strict', { clients: clients(['strlen', 'config|get']) }, 'exporter');
    expect(judged(watching, 'exporter')).not.toContain('exporter-user-too-wide');
    expect(rulesOf(watching)).toEqual(
      expect.arrayContaining([modern ? '%R~*' : '~*', '+strlen', '+config|get']),
    );
  });
});

describe('how long was counted', () => {
  it.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [119, '119 seconds'],
    [120, '2 minutes'],
    [day, '24 hours'],
    [2 * day + 1, '2 days'],
  ])('%d seconds: %s', (seconds, words) => expect(durationOf(seconds)).toBe(words));
});
