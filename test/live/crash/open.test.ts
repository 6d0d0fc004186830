import { crashMatrix } from '../support/crash/matrix.ts';
import { alone, hasSwitches } from '../support/crash/site.ts';

crashMatrix(
  {
    name: 'no login and no protection',
    begin: alone((server, dir) => [
      'bind 127.0.0.1 127.0.0.2',
      'protected-mode no',
      ...(hasSwitches(server)
        ? ['enable-protected-configs yes', 'enable-debug-command yes', 'enable-module-command yes']
        : []),
      `unixsocket ${dir}/server.sock`,
      'unixsocketperm 777',
      'loglevel debug',
      'rdbchecksum no',
    ]),
  },
  { as: 'crash/open', least: 800 },
);
