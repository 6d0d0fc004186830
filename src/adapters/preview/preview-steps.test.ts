import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action, PlanNode, Preview, Step } from '../../model/index.ts';
import { localPlace } from '../place/index.ts';
import { previewSteps } from './index.ts';

const runs = process.env['KEYWARD_DEEP'] ? 2000 : 60;

const node: PlanNode = {
  id: 'n1',
  target: {
    text: 'here',
    kind: 'server',
    host: '127.0.0.1',
    port: 6379,
    tls: false,
  } as unknown as PlanNode['target'],
  host: 'here',
  product: 'redis',
  version: '7.2.6',
  mode: 'standalone',
  role: 'master',
};

const stepOf = (id: string, does: readonly Action[]): Step => ({
  id,
  kind: 'setting',
  node: 'n1',
  title: '',
  checks: [],
  does,
  undo: [],
  guard: [],
  proves: [],
  risk: { level: 'none' },
  closes: [],
  needs: 'files',
});

const place = () => localPlace();
const one = async (does: readonly Action[], sources = {}): Promise<readonly Preview[]> =>
  previewSteps([node], [stepOf('s1', does)], { place, ...sources });

let folder: string;
let path: string;
const file = (text: string | Buffer): string => {
  writeFileSync(path, text);
  return path;
};
const diffLines = (preview: Preview | undefined): readonly string[] =>
  (preview?.text ?? '').split('\n').slice(2);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-preview-'));
  path = join(folder, 'redis.conf');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a change of redis.conf', () => {
  it('is a diff of the file with two lines around it, secrets hidden, the file untouched', async () => {
    const before =
      'port 6379\nbind 0.0.0.0\n# a note\nrequirepass hunter2\nmaxclients 10\nmasterauth "x y"\n';
    file(before);
    const [preview, ...more] = await one([
      {
        do: 'edit-conf',
        node: 'n1',
        path,
        changes: [
          { do: 'set', name: 'bind', args: ['127.0.0.1', '-::1'] },
          { do: 'set', name: 'requirepass', args: [{ secret: 'requirepass' }] },
        ],
      },
    ]);
    expect(more).toEqual([]);
    expect(preview).toMatchObject({ step: 's1', path });
    expect(preview?.text.split('\n')).toEqual([
      `--- ${path}`,
      `+++ ${path}`,
      '@@ -1,6 +1,6 @@',
      ' port 6379',
      '-bind 0.0.0.0',
      '+bind 127.0.0.1 -::1',
      ' # a note',
      '-requirepass ***',
      '+requirepass ***',
      ' maxclients 10',
      ' masterauth ***',
    ]);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('of a later step is shown against what the earlier ones leave', async () => {
    file('port 6379\n');
    const set = (name: string, value: string): Action => ({
      do: 'edit-conf',
      node: 'n1',
      path,
      changes: [{ do: 'set', name, args: [value] }],
    });
    const previews = await previewSteps(
      [node],
      [
        stepOf('s1', [set('timeout', '60')]),
        stepOf('s2', [set('timeout', '90')]),
        stepOf('s3', [set('timeout', '90')]),
      ],
      { place },
    );
    expect(previews.map(diffLines)).toEqual([
      ['@@ -1 +1,2 @@', ' port 6379', '+timeout 60'],
      ['@@ -1,2 +1,2 @@', ' port 6379', '-timeout 60', '+timeout 90'],
      [],
    ]);
    expect(previews[2]?.text).toBe('no change: it is so already');
  });

  it('two of one step are one diff', async () => {
    file('port 6379\n');
    const previews = await one(
      ['timeout', 'maxclients'].map((name) => ({
        do: 'edit-conf',
        node: 'n1',
        path,
        changes: [{ do: 'append', name, args: ['60'] }],
      })),
    );
    expect(previews.map(diffLines)).toEqual([
      ['@@ -1 +1,3 @@', ' port 6379', '+timeout 60', '+maxclients 60'],
    ]);
  });

  it('that cannot be made, or of a file that cannot be read, is told in words', async () => {
    const action: Action = {
      do: 'edit-conf',
      node: 'n1',
      path,
      changes: [{ do: 'set', name: 'requirepass', args: [{ secret: 'a' }] }],
    };
    file(Buffer.from([0xff, 0xfe, 0x61, 0]));
    expect((await one([action]))[0]?.text).toMatch(/UTF-16/);
    const [unreachable] = await one([action], { place: () => undefined });
    expect(unreachable?.text).toBe(
      'the file cannot be shown: its host cannot be reached from here\nthe line becomes: requirepass ***',
    );
    const [folderOnly] = await one([{ ...action, path: folder }]);
    expect(folderOnly?.text).toMatch(/cannot be shown: .* is not a file/);
  });
});

describe('the line of a user', () => {
  const user = (rules: Extract<Action, { do: 'set-user' }>['rules']): Action => ({
    do: 'set-user',
    node: 'n1',
    user: 'app',
    rules,
  });
  const keep = (into: 'conf' | 'aclfile'): Action => ({
    do: 'keep-user',
    node: 'n1',
    user: 'app',
    path,
    file: into,
  });

  it('is worked out where the rules begin anew', async () => {
    file('port 6379\nuser app on >old +get\nuser b on nopass\n');
    const previews = await one([
      user(['reset', 'on', { secret: 'user:app' }, '~*', '+@all', '-@admin']),
      keep('conf'),
    ]);
    expect(previews.map(({ text }) => text).join('\n')).not.toMatch(/old|user:app/);
    expect(previews[0]?.text).toBe('ACL SETUSER app reset on >*** ~* +@all -@admin');
    expect(diffLines(previews[1])).toEqual([
      '@@ -1,3 +1,3 @@',
      ' port 6379',
      '-user app on >*** +get',
      '+user app on sanitize-payload #*** ~* resetchannels +@all -@admin',
      ' user b on nopass',
    ]);
  });

  it('is worked out from the user that the server has', async () => {
    file('user app on #5e884898da28047151d0e56f8dc6292773603d0d6aabbd62a11ef721d1542d8 ~* &* +@all\n');
    const users = new Map([
      ['n1', ['user app on nopass sanitize-payload ~* &* +@all', 'user default on nopass ~* &* +@all']],
    ]);
    const [, preview] = await one([user(['-@dangerous']), keep('aclfile')], { users });
    expect(diffLines(preview)).toEqual([
      '@@ -1 +1 @@',
      '-user app on #*** ~* &* +@all',
      '+user app on nopass sanitize-payload ~* &* +@all -@dangerous',
    ]);
  });

  it('goes to the end of an ACL file that has none of that name', async () => {
    file('user b on nopass ~* &* +@all');
    const [, preview] = await one([user(['reset', 'off']), keep('aclfile')]);
    expect(diffLines(preview)).toEqual([
      '@@ -1 +1,2 @@',
      ' user b on nopass ~* &* +@all',
      '+user app off sanitize-payload resetchannels -@all',
    ]);
  });

  it('is told in words where nobody knows what it is now, or a password goes that nobody knows', async () => {
    file('user app on nopass ~* &* +@all\n');
    const users = new Map([['n1', ['user app on #aa ~* &* +@all']]]);
    for (const previews of [
      await one([user(['-@dangerous']), keep('aclfile')]),
      await one([user([{ drop: 'user:app' }]), keep('aclfile')], { users }),
    ])
      expect(previews[1]?.text).toBe('the line of user app, as the running server has it by then');
  });

  it('is shown also where the file is not', async () => {
    const [, preview] = await one([user(['reset', 'on', '>pw']), keep('conf')], { place: () => undefined });
    expect(preview?.text).toMatch(/the line becomes: user app on .*#\*\*\*/);
  });
});

describe('a file of ours', () => {
  it('is shown whole where there is none yet, and as a diff where there is', async () => {
    const write = (name: string, text: string): Action => ({
      do: 'write-file',
      node: 'n1',
      path: join(folder, name),
      text,
      mode: '0644',
    });
    writeFileSync(join(folder, 'b.conf'), '[Service]\nEnvironment=REDIS_PASSWORD=hunter2\nUser=root\n');
    const [fresh, present] = await one([
      write('a.conf', '[Service]\nUser=redis\n'),
      write('b.conf', '[Service]\nUser=redis\n'),
    ]);
    expect(fresh?.text.split('\n')).toEqual([
      '--- /dev/null',
      `+++ ${join(folder, 'a.conf')}`,
      '@@ -0,0 +1,2 @@',
      '+[Service]',
      '+User=redis',
    ]);
    expect(present?.text).toContain('-User=root\n+User=redis');
    expect(present?.text).not.toContain('hunter2');
  });
});

describe('commands', () => {
  const cases: readonly (readonly [string, Action])[] = [
    ['CONFIG SET maxclients 100', { do: 'set-setting', node: 'n1', name: 'maxclients', value: '100' }],
    ['CONFIG SET save "900 1"', { do: 'set-setting', node: 'n1', name: 'save', value: '900 1' }],
    [
      'CONFIG SET requirepass ***',
      { do: 'set-setting', node: 'n1', name: 'requirepass', value: { secret: 'a' } },
    ],
    ['CONFIG SET masterauth ***', { do: 'set-setting', node: 'n1', name: 'masterauth', value: 'written' }],
    [
      'ACL SETUSER app >*** <*** >*** +get',
      { do: 'set-user', node: 'n1', user: 'app', rules: [{ secret: 'a' }, { drop: 'b' }, '>typed', '+get'] },
    ],
    ['ACL DELUSER app', { do: 'delete-user', node: 'n1', user: 'app' }],
    ['ACL SAVE', { do: 'save', node: 'n1', by: 'acl-save' }],
    ['CONFIG REWRITE', { do: 'save', node: 'n1', by: 'config-rewrite' }],
    [
      'SENTINEL SET one auth-pass ***',
      { do: 'set-sentinel', node: 'n1', master: 'one', option: 'auth-pass', value: { secret: 'a' } },
    ],
    [
      "chown redis:redis '/a b'\nchmod 0640 '/a b'",
      { do: 'set-access', node: 'n1', path: '/a b', mode: '640', owner: 'redis', group: 'redis' },
    ],
    ['chmod go-w /etc/redis', { do: 'set-access', node: 'n1', path: '/etc/redis', mode: 'go-w' }],
    [
      'systemctl restart redis-server.service',
      { do: 'restart', node: 'n1', by: { kind: 'systemd', unit: 'redis-server.service' } },
    ],
  ];
  it.each(cases)('%s', async (text, action) => {
    expect(await one([action])).toEqual([{ step: 's1', text }]);
  });

  it('that need root begin with sudo where we are not, and no others do', async () => {
    const does = [cases.at(-3), cases.at(-1)].flatMap((one) => (one ? [one[1]] : []));
    const [shown] = await one(does, { isRoot: () => false });
    expect(shown?.text).toBe(
      "sudo chown redis:redis '/a b'\nchmod 0640 '/a b'\nsudo systemctl restart redis-server.service",
    );
  });

  it('of one step stand together', async () => {
    expect(await one(cases.slice(0, 2).map(([, action]) => action))).toHaveLength(1);
  });
});

describe('no secret of the file is shown', () => {
  const secret = 'S3kr1t-of-the-file';
  const lines: readonly string[] = [
    `requirepass ${secret}`,
    `  RequirePass "${secret}"`,
    `"masterauth" '${secret}'`,
    `primaryauth ${secret}`,
    `# requirepass ${secret}`,
    `#requirepass "${secret}`,
    `# until May: requirepass ${secret}`,
    `# password: ${secret}`,
    `## user x on >${secret} ~* +@all`,
    `# as in: user x on >${secret} ~* +@all`,
    `requirepass "${secret}`,
    `user app on >${secret} ~* +@all`,
    `user app on #${secret} <${secret} !${secret}`,
    `sentinel auth-pass mymaster ${secret}`,
    `sentinel sentinel-pass ${secret}`,
    `SENTINEL Auth-Pass mymaster "${secret}"`,
    `rename-command CONFIG ${secret}`,
    `sentinel rename-command mymaster CONFIG ${secret}`,
    `tls-key-file-pass ${secret}`,
    `loadmodule /m.so --password ${secret}`,
    `loadmodule /m.so token=${secret}`,
  ];

  it.each(lines)('%s', async (line) => {
    file(`port 1\n${line}\nport 2\n`);
    const edited = await one([
      { do: 'edit-conf', node: 'n1', path, changes: [{ do: 'set', name: 'port', args: ['3'] }] },
    ]);
    const replaced = await one([{ do: 'write-file', node: 'n1', path, text: 'port 3\n', mode: '0644' }]);
    for (const [preview] of [edited, replaced]) {
      expect(preview?.text).toContain('+port 3');
      expect(preview?.text).not.toContain(secret);
    }
  });

  it('nor of other files that a file of ours replaces', async () => {
    const texts = [
      `ExecStart=/usr/bin/redis-server --requirepass ${secret}`,
      `Environment="REDIS_PASSWORD=${secret}"`,
      `password = ${secret}`,
      `  redis_password: ${secret}`,
      `REDISCLI_AUTH=${secret}`,
      `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    ];
    for (const text of texts) {
      file(text);
      const [preview] = await one([{ do: 'write-file', node: 'n1', path, text: 'x\n', mode: '0644' }]);
      expect(preview?.text).toContain('+x');
      expect(preview?.text).not.toContain(secret);
    }
  });

  it('wherever it stands among others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...lines, '', '# x', 'port 1'), { maxLength: 12 }),
        async (some) => {
          file(some.join('\n'));
          const [preview] = await one([
            { do: 'edit-conf', node: 'n1', path, changes: [{ do: 'comment-out', name: 'requirepass' }] },
          ]);
          expect(preview?.text).not.toContain(secret);
        },
      ),
      { numRuns: runs },
    );
  });

  it('and no escape code of the file acts', async () => {
    file('port 1\n# \u001b[31mred\u202e\n');
    const [preview] = await one([
      { do: 'edit-conf', node: 'n1', path, changes: [{ do: 'set', name: 'port', args: ['3'] }] },
    ]);
    expect(preview?.text).toContain(String.raw`# \x1b[31mred\u202e`);
  });
});

describe('rules of a packet filter', () => {
  const part = { node: 'n1', ports: [6379], allow: ['10.0.0.0/8'] } as const;
  it('are shown as their own program takes them, for both families', async () => {
    const [tables] = await one([{ do: 'set-firewall', backend: 'iptables', ...part }]);
    expect(tables?.text.split('\n')).toEqual([
      'iptables-restore --noflush:',
      '  *filter',
      '  :KEYWARD-6379 - [0:0]',
      '  -A KEYWARD-6379 -i lo -j RETURN',
      '  -A KEYWARD-6379 -s 10.0.0.0/8 -j RETURN',
      '  -A KEYWARD-6379 -j DROP',
      '  -I INPUT 1 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m multiport --dports 6379 -j KEYWARD-6379',
      '  COMMIT',
      'ip6tables-restore --noflush:',
      '  *filter',
      '  :KEYWARD-6379 - [0:0]',
      '  -A KEYWARD-6379 -i lo -j RETURN',
      '  -A KEYWARD-6379 -j DROP',
      '  -I INPUT 1 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m multiport --dports 6379 -j KEYWARD-6379',
      '  COMMIT',
    ]);
    const [nft] = await one([{ do: 'set-firewall', backend: 'nft', ...part }]);
    expect(nft?.text).toContain('ip saddr { 10.0.0.0/8 } return');
  });

  it('are a diff of the file that is loaded at the next start', async () => {
    const path = file('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p icmp -j ACCEPT\nCOMMIT\n');
    const [kept] = await one([
      { do: 'keep-firewall', path, words: 'iptables-save', backend: 'iptables', ...part },
    ]);
    expect(kept?.path).toBe(path);
    expect(kept?.text).toContain('+-A KEYWARD-6379 -s 10.0.0.0/8 -j RETURN');
    expect(kept?.text).not.toContain('\n-');
  });
});
