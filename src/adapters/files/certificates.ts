import { known, unknown, type CertificateFacts, type Fact } from '../../model/index.ts';
import { certificatesOf } from '../tls/certificate.ts';
import { readFileFact } from './read-file.ts';

/** Certificates of the files that the settings name. Keys are never opened: their mode is read elsewhere. */
export function readCertificates(paths: readonly string[], root: string): Fact<readonly CertificateFacts[]> {
  if (paths.length === 0) return unknown('not-asked', 'no certificate file is configured');
  const read = paths.map((path) => ({ path, file: readFileFact(path, root, 1 << 20) }));
  const missing = read.find(({ file }) => !file.known);
  const certificates = read.flatMap(({ path, file }) =>
    file.known ? certificatesOf(file.value.toString('latin1'), path) : [],
  );
  if (certificates.length === 0 && missing && !missing.file.known) return missing.file;
  return known(certificates, paths.join(', '));
}
