import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crashMatrix } from '../support/crash/matrix.ts';
import { alone, channels, hasUsers } from '../support/crash/site.ts';

crashMatrix(
  {
    name: 'its users in an ACL file',
    begin: alone(
      (server, dir) => [
        'bind 127.0.0.1',
        ...(hasUsers(server) ? [`aclfile ${dir}/users.acl`] : ['requirepass secret', 'slave-read-only no']),
      ],
      {
        files: (server, dir) => {
          if (!hasUsers(server)) return;
          const all = `~* ${channels(server)}+@all`;
          writeFileSync(
            join(dir, 'users.acl'),
            `user default on nopass ${all}\nuser al on >al ${all}\nuser eve on nopass ~* ${channels(server)}+get\n`,
          );
        },
        login: (server) => (hasUsers(server) ? {} : { password: 'secret' }),
      },
    ),
    // These are tried on a server that has no login.
    plan: { except: ['files', 'limits', 'setting'] },
  },
  {
    as: 'crash/acl-file',
    least: 300,
    // Who is kept in another file than the settings; the other kinds as well where it takes long.
    kinds: ['user', 'narrow-user', 'rotate-remove', 'close-default', 'password'],
  },
);
