import { createHash } from 'node:crypto';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, type RunningServer } from '../../adapters/servers/index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As found on the Internet by the hundred thousand: every address, no password, all protections off. */
export async function weakServer(
  binary: string,
  within: readonly string[] | undefined,
): Promise<{ readonly server: RunningServer; readonly target: string }> {
  const server = await startServer({
    binary,
    ...(within ? { within } : {}),
    conf: ({ dir }) => [
      `bind ${within ? '0.0.0.0 ::' : '127.0.0.1'}`,
      'protected-mode no',
      'enable-protected-configs yes',
      'enable-debug-command yes',
      'enable-module-command yes',
      `unixsocket ${join(dir, 'redis.sock')}`,
      'unixsocketperm 777',
    ],
  });
  return {
    server,
    target: within ? `unix://${join(server.dir, 'redis.sock')}` : `redis://127.0.0.1:${server.port}`,
  };
}

/** What Keyward would make of it: named users with no more than they need, nobody without a password, limits set. */
export async function wellKeptServer(binary: string, password: string): Promise<RunningServer> {
  // Not as root, where we may choose: the user `nobody` has the same number on every Linux.
  const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
  if (!account) return startAs(undefined, binary, password);
  // Nobody may be kept out of our temporary folder (pam_tmpdir) or of the program's own (below /root).
  return startAs(account, binary, password).catch(() => startAs(undefined, binary, password));
}

function startAs(
  account: { readonly uid: number; readonly gid: number } | undefined,
  binary: string,
  password: string,
): Promise<RunningServer> {
  return startServer({
    binary,
    ...(account ? { user: account } : {}),
    conf: ({ dir }) => {
      const users = [
        'user default off resetpass resetkeys resetchannels -@all',
        `user operator on #${sha256(password)} ~* &* +@all`,
        `user app on #${sha256(`${password}-app`)} ~app:* resetchannels -@all +get +set +del +expire +ttl +incr +hget +hset +hgetall +ping`,
      ];
      for (const [name, text] of [
        ['users.acl', `${users.join('\n')}\n`],
        ['redis.log', ''],
      ] as const) {
        writeFileSync(join(dir, name), text, { mode: 0o600 });
        if (account) chownSync(join(dir, name), account.uid, account.gid);
      }
      return [
        'bind 127.0.0.1 -::1',
        'protected-mode yes',
        `aclfile ${join(dir, 'users.acl')}`,
        'maxmemory 64mb',
        'maxmemory-policy noeviction',
        'maxclients 100',
        'timeout 300',
        'tcp-keepalive 60',
        'client-output-buffer-limit normal 32mb 8mb 60',
        `logfile ${join(dir, 'redis.log')}`,
      ];
    },
  });
}
