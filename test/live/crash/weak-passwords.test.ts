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
  },
  600,
);
