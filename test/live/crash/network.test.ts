import { crashMatrix, hasUsers } from '../support/crash/matrix.ts';

crashMatrix(
  {
    name: 'plain text on every address, and a user too many',
    lines: (server) => [
      'bind 0.0.0.0',
      'protected-mode no',
      'requirepass a-long-password-for-the-network',
      ...(hasUsers(server) ? ['user bob on >a-long-password-for-bob ~* +@all'] : []),
    ],
    login: () => ({ password: 'a-long-password-for-the-network' }),
    plan: {
      only: ['bind', 'protected-mode', 'tls', 'client-certificates', 'delete-user'],
      deleteUsers: ['bob'],
      refuse: ['tls', 'default'],
    },
    leastSteps: 1,
  },
  200,
);
