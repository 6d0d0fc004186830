import { describe, expect, it } from 'vitest';
import { bundledCommands, lintRules, type AclContext } from './index.ts';

const context: AclContext = {
  product: 'redis',
  version: '7.2.6',
  commands: await bundledCommands('redis', '7.2.6'),
};
const lint = (rules: string): readonly string[] =>
  lintRules(rules.split(' '), context).map(
    ({ kind, index, inner, token, by }) =>
      `${index}${inner === undefined ? '' : `.${inner}`} ${token ?? '***'}: ${kind}${by === undefined ? '' : ` by ${by}`}`,
  );

describe('rules that do nothing', () => {
  it('are none in a user as it should be', () => {
    expect(
      lint('reset on >secret ~app:* resetchannels &app:* -@all +@read -keys +config|get (%R~log:* +get)'),
    ).toEqual([]);
  });

  it('come before the rule that undoes them', () => {
    expect(lint('on +get -@dangerous +@all')).toEqual([
      '1 +get: overridden by 3',
      '2 -@dangerous: overridden by 3',
    ]);
    expect(lint('on ~a allkeys +get')).toEqual(['1 ~a: overridden by 2']);
    expect(lint('on >secret nopass')).toEqual(['1 ***: overridden by 2']);
    expect(lint('on nopass >secret')).toEqual(['1 ***: overridden by 2']);
  });

  it('repeat what is so already', () => {
    expect(lint('on +@read +get')).toEqual(['2 +get: without-effect']);
    expect(lint('on +get ~x +GET')).toEqual(['3 +GET: duplicate by 1']);
    expect(lint('on +config +config|get')).toEqual(['2 +config|get: without-effect']);
    expect(lint('on +get -flushall')).toEqual(['2 -flushall: without-effect']);
  });

  it('open keys that another pattern opens', () => {
    expect(lint('on +get ~app:* ~app:1 ~ap')).toEqual(['3 ~app:1: covered-pattern by 2']);
    expect(lint('on +get %R~app:* ~app:1')).toEqual([]);
    expect(lint('on +get ~a?* ~a*b')).toEqual([]);
    expect(lint('on +publish &news.* &news.today')).toEqual(['3 &news.today: covered-pattern by 2']);
  });

  it('stand in a selector', () => {
    expect(lint('on (+get ~x +get)')).toEqual(['1.2 +get: duplicate by 0']);
    expect(lint('on (+get ~x) (~x +get)')).toEqual(['2 ***: without-effect']);
  });

  it('are looked for up to the first that is refused', () => {
    expect(lint('on +get +get +nosuch +@all')).toEqual(['2 +get: duplicate by 1']);
  });
});

describe('rules that are likely slips', () => {
  it('allow one first argument of a command without subcommands', () => {
    expect(lint('on +get|x')).toEqual(['1 +get|x: first-argument']);
    expect(lint('on +select|0')).toEqual(['1 +select|0: first-argument']);
    expect(lint('on +config|get')).toEqual([]);
  });
});
