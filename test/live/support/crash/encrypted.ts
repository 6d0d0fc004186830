/** TLS beside the plain port, by an authority that was made here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from '../../../../src/adapters/tls/make-certificate.ts';
import type { MatrixServer } from '../servers.ts';
import { startMachine } from './machine.ts';
import type { Site } from './site.ts';

const folder = 'keyward-tls';
const password = 'a-long-password-for-who-comes-encrypted';

export async function beginEncrypted(server: MatrixServer): Promise<Site> {
  const made = await makeCertificates({ names: ['127.0.0.1', 'localhost'], days: 30, clients: [] });
  const machine = await startMachine(server, {
    files: ({ dir }) => {
      mkdirSync(join(dir, folder));
      for (const [name, bytes] of Object.entries(made))
        writeFileSync(join(dir, folder, name), bytes, { mode: name.endsWith('.key') ? 0o600 : 0o644 });
    },
    lines: ({ dir, tlsPort }) => [
      // To whoever is on this host alone, plain text is no finding.
      'bind 0.0.0.0',
      `requirepass ${password}`,
      `tls-port ${tlsPort}`,
      `tls-cert-file ${join(dir, folder, 'server.crt')}`,
      `tls-key-file ${join(dir, folder, 'server.key')}`,
      `tls-ca-cert-file ${join(dir, folder, 'ca.crt')}`,
      'tls-auth-clients no',
    ],
  });
  return {
    machines: [machine],
    targets: [`rediss://127.0.0.1:${machine.tlsPort}`],
    login: { password },
    tls: { ca: join(machine.dir, folder, 'ca.crt'), insecure: false },
  };
}
