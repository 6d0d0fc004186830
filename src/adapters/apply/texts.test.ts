import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialsOf } from './credentials.ts';
import { inAclFile, inConf } from './keep-user.ts';
import { maskConf } from './mask-conf.ts';
import { modeOf } from './mode-words.ts';
import { refusalOf } from './refusal.ts';
import { inOrder, withoutPasswords } from './user-text.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('a mode in the words of chmod', () => {
  it.each([
    ['640', 0o777, 0o640],
    ['go-w', 0o666, 0o644],
    ['o-rwx', 0o755, 0o750],
    ['u=rw,g=r,o=', 0o777, 0o640],
    ['a+x', 0o644, 0o755],
    ['+r', 0o200, 0o644],
  ])('%s', (words, now, then) => {
    expect(modeOf(words, now)).toBe(then);
    expect(modeOf(words, then)).toBe(then);
  });
  it('is refused where chmod would not take it', () => {
    for (const words of ['', 'rw', '999', 'go-w;id', 'u~x'])
      expect(() => modeOf(words, 0), words).toThrow(/not a mode/);
  });
});

describe('the line of a user', () => {
  it('says the same in any order of single commands, and only of those', () => {
    expect(inOrder('user a on ~* -@all +set +get')).toBe(inOrder('user a on ~* -@all +get +set'));
    expect(inOrder('user a on +@all -@write +get')).not.toBe(inOrder('user a on -@write +@all +get'));
    expect(inOrder('user a on +get -@write +set')).not.toBe(inOrder('user a on +set -@write +get'));
    fc.assert(
      fc.property(fc.shuffledSubarray(['+get', '+set', '-del', '+config|get', '-keys']), (words) => {
        const line = ['user a on ~* -@all', ...words].join(' ');
        expect(inOrder(line)).toBe(inOrder(['user a on ~* -@all', ...words.toReversed()].join(' ')));
      }),
    );
  });
  it('is shown without passwords', () => {
    expect(withoutPasswords('user a on #5e88 >plain ~x* +get')).toBe('user a on #*** >*** ~x* +get');
  });
});

describe('a user in a file', () => {
  const line = 'user app on #00 ~* +@all';
  it('takes its own line in an ACL file, and leaves all others', () => {
    const file = '# ours\nuser default on nopass\nuser app off\n\nuser z on\n';
    expect(text(inAclFile(Buffer.from(file), 'app', line))).toBe(file.replace('user app off', line));
    expect(text(inAclFile(Buffer.from(file), 'new', 'user new on'))).toBe(`${file}user new on\n`);
    expect(text(inAclFile(Buffer.from(file), 'app', undefined))).toBe(file.replace('user app off\n', ''));
    expect(text(inAclFile(Buffer.from('user z on'), 'app', line))).toBe(`user z on\n${line}\n`);
    expect(text(inAclFile(Buffer.from(''), 'app', line))).toBe(`${line}\n`);
    expect(text(inAclFile(Buffer.from('user app on\nuser app off\n'), 'app', line))).toBe(`${line}\n`);
  });
  it('takes its own line in a redis.conf, and leaves all others byte for byte', () => {
    const file = '# ours\nport  6379\nuser  default on nopass\nUSER app off\nmaxmemory 1gb';
    expect(text(inConf(Buffer.from(file), 'app', line))).toBe(
      file.replace('USER app off', 'USER app on #00 ~* +@all'),
    );
    expect(text(inConf(Buffer.from(file), 'app', undefined))).toBe(file.replace('USER app off\n', ''));
    expect(text(inConf(Buffer.from('port 1\n'), 'app', line))).toBe(`port 1\n${line}\n`);
  });
  it('written twice is as written once', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('aclfile', 'conf'), (given, kind) => {
        // A NUL joins lines in a server's eyes: such a file is not edited.
        const before = given.replaceAll('\0', '');
        const write = kind === 'conf' ? inConf : inAclFile;
        const once = write(Buffer.from(before), 'app', line);
        expect(text(write(once, 'app', line))).toBe(text(once));
      }),
    );
  });
});

describe('what a plan shows of a file', () => {
  it('holds no secret', () => {
    const shown = maskConf(
      Buffer.from(
        'requirepass s3cret\n# requirepass s3cret\nmasterauth "s3cret"\nuser app on >s3cret #s3cret ~*\nrename-command CONFIG s3cret\nsentinel auth-pass main s3cret\nport 6379\nrequirepass "s3cret\n',
      ),
    ).join('\n');
    expect(shown).not.toContain('s3cret');
    expect(shown).toContain('6379');
  });
});

describe('a refusal', () => {
  it('repeats no secret of the command', () => {
    const { message, code } = refusalOf(
      ['ACL', 'SETUSER', 'app', 'on', '>s3cret', '+x'],
      "ERR Error in ACL SETUSER modifier '>s3cret': no s3cret",
    );
    expect(message).not.toContain('s3cret');
    expect(code).toBe('ERR');
    expect(refusalOf(['CONFIG', 'SET', 'requirepass', 's3cret'], 'ERR bad s3cret').message).toBe(
      'CONFIG SET requirepass: ERR bad ***',
    );
  });
});

describe('who we come as', () => {
  const secrets = new Map([
    ['user:admin', { user: 'admin', password: 'a' }],
    ['user:app', { user: 'app', password: 'b' }],
    ['requirepass', { user: 'default', password: 'c' }],
  ]);
  it('is the operator first, then whom the plan made an administrator, then nobody; each once', () => {
    expect(credentialsOf({ login: {}, secrets }).map(({ name }) => name)).toEqual([
      'without a login',
      'as default',
      'as admin',
    ]);
    expect(
      credentialsOf({ login: { user: 'app', password: 'old' }, secrets }).map(({ password }) => password),
    ).toEqual(['old', 'b', 'a', undefined]);
  });
});
