import { crashMatrix } from '../support/crash/matrix.ts';
import { alone, hasUsers } from '../support/crash/site.ts';

crashMatrix(
  {
    name: 'plain text on every address, and a user too many',
    begin: alone(
      (server) => [
        'bind 0.0.0.0',
        'protected-mode no',
        'requirepass a-long-password-for-the-network',
        ...(hasUsers(server) ? ['user bob on >a-long-password-for-bob ~* +@all'] : []),
      ],
      { login: () => ({ password: 'a-long-password-for-the-network' }) },
    ),
    plan: {
      only: ['bind', 'protected-mode', 'tls', 'delete-user'],
      deleteUsers: ['bob'],
      refuse: ['tls', 'default'],
    },
  },
  { as: 'crash/network', least: 200, kinds: ['bind', 'tls', 'delete-user'] },
);
