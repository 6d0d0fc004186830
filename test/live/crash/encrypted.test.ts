import { beginEncrypted } from '../support/crash/encrypted.ts';
import { crashMatrix } from '../support/crash/matrix.ts';
import { hasUsers } from '../support/crash/site.ts';

crashMatrix(
  {
    name: 'a plain port beside TLS, and certificates of nobody but itself',
    begin: beginEncrypted,
    plan: { only: ['plain-port', 'client-certificates'], refuse: ['tls'] },
    unless: (server) => (hasUsers(server) ? undefined : 'there is no TLS before 6.0'),
  },
  { as: 'crash/encrypted', least: 200, most: 2 },
);
