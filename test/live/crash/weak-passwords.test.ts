import { crashMatrix, hasUsers } from '../support/crash/matrix.ts';

crashMatrix(
  {
    name: 'passwords that are guessed at once',
    lines: (server) => [
      'bind 127.0.0.1',
      'requirepass redis',
      ...(hasUsers(server) ? ['user bob on >bob ~* +@all'] : []),
    ],
    login: () => ({ password: 'redis' }),
    // These are tried on a server that has no login.
    plan: { except: ['files', 'limits', 'setting'] },
    leastSteps: 2,
  },
  400,
);
