import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { SecretRequest } from '../../model/index.ts';

export interface Secret {
  readonly user: string;
  readonly password: string;
}

export interface SecretsFile {
  readonly schema: 'keyward.secrets/1';
  readonly plan: string;
  readonly secrets: Readonly<Record<string, Secret>>;
}

const isSecret = (value: unknown): value is Secret =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Secret).user === 'string' &&
  typeof (value as Secret).password === 'string' &&
  (value as Secret).password !== '';

/** Reads it; `undefined` where there is none. Throws where it is something else, or where others may read it. */
export function readSecrets(path: string): SecretsFile | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & 0o077) !== 0)
      throw new Error(
        `${path} may be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it first`,
      );
    if (size > 16 << 20) throw new Error(`${path} is no file of secrets: it has ${size} bytes`);
    // What the parser says of broken JSON holds a piece of it.
    const value = parsed(readFileSync(file, 'utf8'));
    if (!value || value.schema !== 'keyward.secrets/1' || typeof value.secrets !== 'object')
      throw new Error(`${path} is no file of secrets: its schema is not keyward.secrets/1`);
    const entries = Object.entries(value.secrets);
    if (!entries.every(([, secret]) => isSecret(secret)))
      throw new Error(`${path}: each secret needs a user and a password that is not empty`);
    return { schema: value.schema, plan: value.plan, secrets: Object.fromEntries(entries) };
  } finally {
    closeSync(file);
  }
}

function parsed(text: string): SecretsFile | undefined {
  try {
    return JSON.parse(text) as SecretsFile;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, mode 0600, on disk when it returns. */
export function writeSecrets(path: string, file: SecretsFile): void {
  const beside = join(dirname(path), `.keyward-secrets-${randomBytes(9).toString('hex')}`);
  const out = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const bytes = Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(out, bytes, at);
    fsyncSync(out);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(out);
  }
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The secrets of a plan: those that the file has unless they are to be made anew, and new ones of 256 random bits for the rest. */
export function secretsFor(
  plan: string,
  requests: readonly SecretRequest[],
  had: SecretsFile | undefined,
): SecretsFile {
  const made = requests.map(({ id, user, fresh }): readonly [string, Secret] => [
    id,
    (fresh ? undefined : had?.secrets[id]) ?? { user, password: randomBytes(32).toString('base64url') },
  ]);
  return { schema: 'keyward.secrets/1', plan, secrets: { ...had?.secrets, ...Object.fromEntries(made) } };
}
