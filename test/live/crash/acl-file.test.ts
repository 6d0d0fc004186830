import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crashMatrix, hasUsers } from '../support/crash/matrix.ts';

crashMatrix(
  {
    name: 'its users in an ACL file',
    lines: (server, dir) => [
      'bind 127.0.0.1',
      ...(hasUsers(server) ? [`aclfile ${dir}/users.acl`] : ['requirepass secret', 'slave-read-only no']),
    ],
    files: (server, dir) => {
      if (!hasUsers(server)) return;
      const channels = server.product === 'valkey' || server.atLeast(6, 2) ? '&* ' : '';
      writeFileSync(
        join(dir, 'users.acl'),
        `user default on nopass ~* ${channels}+@all\nuser al on >al ~* +@all\n`,
      );
    },
    login: (server) => (hasUsers(server) ? {} : { password: 'secret' }),
    // These are tried on a server that has no login.
    plan: { except: ['files', 'limits', 'setting'] },
    leastSteps: 2,
  },
  400,
);
