import { describe, expect, it } from 'vitest';
import {
  allowedCommands,
  applyRules,
  bundledCommands,
  findCommand,
  keysOf,
  loadConfUsers,
  newUser,
  parseAclFile,
  parseUserLine,
  permits,
  printUser,
  renameCommands,
  type AclContext,
} from './index.ts';

const contextFor = async (product: string, version: string): Promise<AclContext> => ({
  product,
  version,
  commands: await bundledCommands(product, version),
});
const redis60 = await contextFor('redis', '6.0.16');
const redis62 = await contextFor('redis', '6.2.16');
const redis70 = await contextFor('redis', '7.0.15');
const redis86 = await contextFor('redis', '8.6.3');
const valkey = await contextFor('valkey', '9.1.2');
const contexts = [redis60, redis62, redis70, redis86, valkey, await contextFor('keydb', '6.3.4')];

const user = (rules: string, context: AclContext, name = 'app') => {
  const result = applyRules(newUser(name, context), rules.split(' '), context);
  if (!result.user) throw new Error(result.problems.map(({ message }) => message).join());
  return result.user;
};
const code = (rules: string, context: AclContext): string | undefined =>
  applyRules(newUser('app', context), rules.split(' '), context).problems[0]?.code;

describe('rules by version', () => {
  it('know channels from 6.2 on, selectors and key permissions from 7.0 on, databases in Valkey 9.1', () => {
    const firsts = (rule: string): readonly boolean[] =>
      contexts.map((context) => code(rule, context) === undefined);
    expect(firsts('resetchannels')).toEqual([false, true, true, true, true, true]);
    expect(firsts('%R~x')).toEqual([false, false, true, true, true, false]);
    expect(firsts('(+get)')).toEqual([false, false, true, true, true, false]);
    expect(firsts('-config|set')).toEqual([false, false, true, true, true, false]);
    expect(firsts('db=0')).toEqual([false, false, false, false, true, false]);
  });

  it('give a new user all channels before 7.0, none since, and what acl-pubsub-default says', () => {
    expect(newUser('a', redis62).selectors[0].allChannels).toBe(true);
    expect(newUser('a', redis70).selectors[0].allChannels).toBe(false);
    expect(newUser('a', { ...redis70, pubsubDefault: 'allchannels' }).selectors[0].allChannels).toBe(true);
  });

  it('are listed anew before 7.2, and as written since', () => {
    const rules = 'on nopass ~k* +get +@read -@dangerous';
    expect(printUser(user(rules, redis70), redis70)).toBe(
      'user app on nopass ~k* resetchannels -@all +@read -keys -sort_ro',
    );
    expect(printUser(user(rules, redis86), redis86)).toBe(
      'user app on nopass sanitize-payload ~k* resetchannels -@all +get +@read -@dangerous',
    );
  });
});

describe('applying rules', () => {
  it('is all or nothing', () => {
    const before = user('on +get', redis86);
    const result = applyRules(before, ['+set', '+nosuch', '~x'], redis86);
    expect(result.user).toBeUndefined();
    expect(result.problems).toEqual([
      {
        code: 'unknown-command',
        message: 'Unknown command or category name in ACL',
        token: '+nosuch',
        index: 1,
      },
    ]);
  });

  it('keeps passwords as SHA-256 only, and tells none in a problem', () => {
    const sesame = 'd7ecdf25eaf3deba0f2628771dbdd22d4138ab6cf38f91ed02a2ca0dec7c8ab7';
    expect(user('>open-sesame', redis86).passwords).toEqual([sesame]);
    expect(user(`#${sesame}`, redis86).passwords).toEqual([sesame]);
    for (const rules of ['on <hunter2', 'on hunter2', 'on >hunter2 +x', 'on #hunter2']) {
      const told = JSON.stringify(applyRules(newUser('a', redis86), rules.split(' '), redis86));
      expect(told).not.toContain('hunter2');
    }
  });

  it('joins a selector that is spread over several arguments', () => {
    const joined = applyRules(newUser('a', redis86), ['(+get', '~a*', '%R~b*)'], redis86).user;
    expect(joined?.selectors[1]?.keyPatterns).toEqual([
      { pattern: 'a*', read: true, write: true },
      { pattern: 'b*', read: true, write: false },
    ]);
    expect(applyRules(newUser('a', redis86), ['+get', '(+set'], redis86).problems[0]).toMatchObject({
      index: 1,
    });
  });
});

describe('permission', () => {
  const ask = (rules: string, words: string, context = redis86): string => {
    const [name = '', ...args] = words.split(' ');
    const permission = permits(user(rules, context), name, args, context.commands);
    return permission.allowed ? `selector ${permission.selector}` : `${permission.why} ${permission.object}`;
  };

  it('asks for commands, keys and channels', () => {
    expect(ask('+get ~app:*', 'GET app:1')).toBe('selector 0');
    expect(ask('+get ~app:*', 'get x')).toBe('key x');
    expect(ask('+get ~app:*', 'set app:1 v')).toBe('command set');
    expect(ask('+publish &news.*', 'PUBLISH x m')).toBe('channel x');
    expect(ask('+psubscribe &news.*', 'PSUBSCRIBE news.*')).toBe('selector 0');
    expect(ask('+psubscribe &news.*', 'PSUBSCRIBE news.1')).toBe('channel news.1');
    expect(ask('+@all ~*', 'nosuch')).toBe('unknown-command nosuch');
    expect(ask('+@all ~*', 'get')).toBe('wrong-arity get');
  });

  it('tells reading from writing', () => {
    expect(ask('+@all %R~a %W~b', 'COPY a b')).toBe('selector 0');
    expect(ask('+@all %R~a %W~b', 'COPY b a')).toBe('key b');
    expect(ask('+@all %W~a', 'SET a v')).toBe('selector 0');
    expect(ask('+@all %W~a', 'SET a v GET')).toBe('key a');
    expect(ask('+@all %R~a', 'EXISTS a')).toBe('selector 0');
    expect(ask('+@all %R~a', 'SORT a STORE b')).toBe('key b');
    expect(ask('+@all %R~a', 'BITFIELD a GET u8 0')).toBe('selector 0');
    expect(ask('+@all %R~a', 'BITFIELD a SET u8 0 1')).toBe('key a');
  });

  it('needs one selector that allows all of it', () => {
    expect(ask('(+get ~a) (+set ~b)', 'SET b v')).toBe('selector 2');
    expect(ask('(+get ~a) (+set ~b)', 'SET a v')).toBe('key a');
    expect(ask('(+mget ~a) (+mget ~b)', 'MGET a b')).toBe('key b');
  });

  it('lets everybody log in and out', () => {
    expect(ask('-@all', 'AUTH a b')).toBe('selector 0');
    expect(ask('-@all', 'HELLO 3')).toBe('selector 0');
    expect(ask('-@all', 'AUTH a b', redis60)).toBe('selector 0');
  });

  it('allows one first argument of a command', () => {
    expect(ask('+select|0', 'SELECT 0')).toBe('selector 0');
    expect(ask('+select|0', 'SELECT 1')).toBe('command select');
    expect(allowedCommands(user('+select|0 +config|get', redis86), redis86.commands)).toContain('select|0');
    expect(allowedCommands(user('+config|get', redis86), redis86.commands)).not.toContain('config|set');
  });

  it('asks for databases in Valkey 9.1', () => {
    const rules = '+@all ~* db=0,1';
    expect(ask(rules, 'SELECT 2', valkey)).toBe('database 2');
    expect(ask(rules, 'SELECT 1', valkey)).toBe('selector 0');
    expect(ask(rules, 'SELECT 99', valkey)).toBe('selector 0');
    expect(ask(rules, 'FLUSHALL', valkey)).toBe('database FLUSHALL');
    expect(ask(rules, 'COPY a b DB 1 DB 2', valkey)).toBe('database 2');
    const { selectors } = user(rules, valkey);
    expect(
      permits({ ...newUser('a', valkey), selectors }, 'GET', ['k'], valkey.commands, { db: 3 }).allowed,
    ).toBe(false);
    expect(
      permits({ ...newUser('a', valkey), selectors }, 'PING', [], valkey.commands, { db: 3 }).allowed,
    ).toBe(true);
  });

  it('goes by the new name of a renamed command, the rules by the old one', () => {
    const table = renameCommands(redis86.commands, [
      ['flushall', 'zap'],
      ['config', ''],
    ]);
    const context = { ...redis86, commands: table };
    const zapper = user('+flushall +config', context);
    expect(permits(zapper, 'ZAP', [], table).allowed).toBe(true);
    expect(permits(zapper, 'FLUSHALL', [], table)).toMatchObject({ why: 'unknown-command' });
    expect(permits(zapper, 'CONFIG', ['GET', '*'], table)).toMatchObject({ why: 'unknown-command' });
  });
});

describe('keys of a command', () => {
  const keys = (words: string, { commands }: AclContext): string => {
    const [name = '', ...args] = words.split(' ');
    const command = findCommand(commands, name, args);
    if (!command) throw new Error(name);
    const argv = [name, ...args];
    const { keys: found } = keysOf(commands, command, args);
    return found
      .map(({ index, read, write }) => `${argv[index]}:${read ? 'r' : ''}${write ? 'w' : ''}`)
      .join(' ');
  };

  it('are where the server looks for them', () => {
    expect(keys('MSET a 1 b 2', redis86)).toBe('a:w b:w');
    expect(keys('XREAD COUNT 1 STREAMS a b 0 0', redis86)).toBe('a:r b:r');
    expect(keys('EVAL script 2 a b c', redis86)).toBe('a:rw b:rw');
    expect(keys('ZUNIONSTORE d 2 a b', redis86)).toBe('d:w a:r b:r');
    expect(keys('MIGRATE h 1  0 1 KEYS a b', redis86)).toBe('a:rw b:rw');
    expect(keys('MIGRATE h 1 a 0 1', redis86)).toBe('a:rw');
    expect(keys('MEMORY USAGE a', redis86)).toBe('a:');
    expect(keys('GEORADIUS a 1 1 1 m STORE b', redis86)).toBe('a:r b:w');
    expect(keys('OBJECT ENCODING a', redis86)).toBe('a:');
  });

  it('are all for reading and writing before 7.0', () => {
    expect(keys('SORT a BY x STORE b', redis60)).toBe('a:r b:w');
    expect(keys('MSET a 1 b 2', redis60)).toBe('a: b:');
    expect(keys('XREAD STREAMS a b 0 0', redis60)).toBe('a: b:');
    expect(keys('MEMORY USAGE a', redis60)).toBe('a:');
  });
});

describe('an ACL file', () => {
  it('is refused whole for one bad line, and says which', () => {
    const file = parseAclFile('user a on >x ~* +@all\n# text\nuser b +nosuch syntax\n', redis86);
    expect(file).toMatchObject({ loads: false, users: [] });
    expect(file.declared.map(({ user: { name }, line }) => [name, line])).toEqual([['a', 1]]);
    expect(file.problems.map(({ line, code: what }) => `${line} ${what}`)).toEqual([
      '2 not-a-user-line',
      '3 unknown-command',
      '3 syntax',
    ]);
  });

  it('may name a user once since 7.0; before, the last line counts', () => {
    const text = 'user a on +get\nuser a on +set\n';
    expect(parseAclFile(text, redis70).problems).toMatchObject([{ code: 'duplicate-user', line: 2 }]);
    const [first] = parseAclFile(text, redis62).users;
    expect(first && allowedCommands(first, redis62.commands)).not.toContain('get');
  });

  it('leaves the user default open where it does not name it', () => {
    expect(
      parseAclFile('user a on\n', redis86).users.find(({ name }) => name === 'default')?.noPassword,
    ).toBe(true);
  });

  it('does not read quotes, the configuration does', () => {
    const conf = parseUserLine('user a on ">two words" ~*', { ...redis86, source: 'conf' });
    expect(conf.user?.passwords).toHaveLength(1);
    expect(parseUserLine('user a on ">two words"', { ...redis86, source: 'aclfile' }).user).toBeUndefined();
  });
});

it('reads the users of a configuration: default as it was, twice refused since 7.0', () => {
  const words = (line: string) => ({ words: line.split(' ') });
  expect(loadConfUsers([words('user a on'), words('user a off')], redis70).loads).toBe(false);
  const { users } = loadConfUsers([words('user default on >x'), words('user a on')], redis70);
  expect(users.map(({ name }) => name)).toEqual(['a', 'default']);
  expect(users[1]?.selectors[0].allKeys).toBe(false);
});

describe('bundled tables', () => {
  it('are the nearest where the version is not there, and say so', async () => {
    const of = async (product: string, version: string): Promise<string> => {
      const { exact, commands } = await bundledCommands(product, version);
      return `${exact} ${commands.length > 100}`;
    };
    expect(await of('redis', '7.2.6')).toBe('true true');
    expect(await of('redis', '7.2.1')).toBe('false true');
    expect(await of('redis', '99.0.0')).toBe('false true');
    expect(await of('valkey', '1.0.0')).toBe('false true');
    expect(await of('unheard-of', '')).toBe('false true');
    expect((await bundledCommands('redis', '7.2.1')).server).toEqual({ product: 'redis', version: '7.2.1' });
  });
});
