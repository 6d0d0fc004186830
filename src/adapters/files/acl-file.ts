import { bundledCommands, parseAclFile } from '../../lang/acl/index.ts';
import { known, type AclFileFacts, type Fact } from '../../model/index.ts';
import { userFromWords } from '../collectors/user-words.ts';
import type { SecretMeter } from '../secrets/index.ts';
import { readFileFact } from './read-file.ts';

export interface AclFileRequest {
  readonly path: string;
  readonly root: string;
  readonly product: 'redis' | 'valkey' | 'keydb';
  readonly version: string;
  readonly meter: SecretMeter;
  readonly names: readonly string[];
}

/** Users of an ACL file by their own words, with the problems at which this server would refuse the file. */
export async function readAclFile(request: AclFileRequest): Promise<Fact<AclFileFacts>> {
  const { path, root, product, version, meter, names } = request;
  const file = readFileFact(path, root);
  if (!file.known) return file;
  const commands = await bundledCommands(product, version);
  const problems = commands ? parseAclFile(file.value, { product, version, commands }).problems : [];
  const rows = file.value
    .toString('latin1')
    .split('\n')
    .flatMap((text, index) => {
      const [word, name, ...rest] = text.trim().split(/\s+/);
      return word === 'user' && name ? [{ name, rest, line: index + 1 }] : [];
    });
  const users = await Promise.all(
    rows.map(({ name, rest, line }) => userFromWords(name, rest, meter, names, { file: path, line })),
  );
  return known(
    {
      path,
      users,
      problems: problems.map(({ line = 1, message }) => ({
        file: path,
        line,
        column: 1,
        reason: message,
        fatal: true,
      })),
    },
    path,
  );
}
