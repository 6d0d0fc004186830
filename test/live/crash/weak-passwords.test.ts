import { crashMatrix } from '../support/crash/matrix.ts';
import { alone, hasUsers } from '../support/crash/site.ts';

crashMatrix(
  {
    name: 'passwords that are guessed at once',
    begin: alone(
      (server) => [
        'bind 127.0.0.1',
        'requirepass redis',
        ...(hasUsers(server) ? ['user bob on >bob ~* +@all'] : []),
      ],
      { login: () => ({ password: 'redis' }) },
    ),
    // These are tried on a server that has no login.
    plan: { except: ['files', 'limits', 'setting'] },
  },
  {
    as: 'crash/weak-passwords',
    least: 200,
    kinds: ['password', 'narrow-user', 'rotate-add', 'rotate-remove'],
  },
);
