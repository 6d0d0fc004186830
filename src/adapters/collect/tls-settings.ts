import { resolve } from 'node:path';
import { isAddress } from '../../lang/address/index.ts';
import { readFileFact } from '../files/read-file.ts';
import type { TlsSettings } from '../server/connection.ts';
import type { TlsFiles } from './settings.ts';

const fileOf = (path: string, option: string): Buffer => {
  const read = readFileFact(resolve(path), '/', 1 << 20);
  if (!read.known) throw new Error(`${option}: ${read.detail}`);
  return read.value;
};

/**
 * The user's TLS files, read and tried.
 *
 * @throws Error in words for a person: a file that cannot be read, or that is no PEM
 */
export async function tlsSettings(
  { ca, cert, key, serverName }: TlsFiles,
  host: string,
): Promise<TlsSettings> {
  // Loading TLS takes longer than all questions of a plain audit.
  const { createSecureContext } = await import('node:tls');
  const files = {
    ...(ca ? { ca: [fileOf(ca, '--tls-ca')] } : {}),
    ...(cert ? { cert: fileOf(cert, '--tls-cert') } : {}),
    ...(key ? { key: fileOf(key, '--tls-key') } : {}),
  };
  if ((cert === undefined) !== (key === undefined))
    throw new Error('a client certificate needs both --tls-cert and --tls-key');
  try {
    createSecureContext(files);
  } catch (error) {
    const names = [ca && '--tls-ca', cert && '--tls-cert', key && '--tls-key'].filter(Boolean).join(', ');
    throw new Error(`${names} must be PEM, and a key must belong to its certificate`, { cause: error });
  }
  // The name that the user typed is the one that the certificate must have, not the address that it led to.
  const name = serverName ?? (isAddress(host) ? undefined : host);
  return { ...files, ...(name ? { serverName: name } : {}) };
}
