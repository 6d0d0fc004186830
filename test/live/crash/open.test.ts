import { crashMatrix, hasSwitches } from '../support/crash/matrix.ts';

crashMatrix(
  {
    name: 'no login and no protection',
    lines: (server, dir) => [
      'bind 127.0.0.1 127.0.0.2',
      'protected-mode no',
      ...(hasSwitches(server)
        ? ['enable-protected-configs yes', 'enable-debug-command yes', 'enable-module-command yes']
        : []),
      `unixsocket ${dir}/server.sock`,
      'unixsocketperm 777',
      'loglevel debug',
      'rdbchecksum no',
    ],
  },
  800,
);
