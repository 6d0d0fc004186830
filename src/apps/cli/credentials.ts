import { createReadStream } from 'node:fs';
import { UsageError, type Login } from '../../index.ts';

export interface CredentialOptions {
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly askPassword?: true | undefined;
}

/** The login that the options name; the variable is dropped from our environment, so that no child inherits it. */
export async function credentials(options: CredentialOptions): Promise<Login> {
  const password = await passwordOf(options);
  return { ...(options.user ? { user: options.user } : {}), ...(password === undefined ? {} : { password }) };
}

// A pipe is as good as a file (`--password-file <(pass show redis)`); a device would never end.
const longest = 65_536;

async function firstLine(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: longest - 1 })) chunks.push(chunk as Buffer);
  const [first = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1);
  return first;
}

async function passwordOf({
  passwordFile,
  passwordEnv,
  askPassword,
}: CredentialOptions): Promise<string | undefined> {
  if (passwordFile) {
    try {
      return await firstLine(passwordFile);
    } catch (error) {
      throw new UsageError(
        `the password file ${passwordFile} cannot be read (${(error as { code?: string }).code ?? 'unknown'})`,
        'Give a file whose first line is the password.',
      );
    }
  }
  const name = passwordEnv ?? 'REDISCLI_AUTH';
  const value = process.env[name];
  delete process.env[name];
  if (passwordEnv && value === undefined)
    throw new UsageError(`the variable ${passwordEnv} is not set`, `Set it, or use --password-file.`);
  if (askPassword) {
    if (!process.stdin.isTTY)
      throw new UsageError('--ask-password needs a terminal', 'Use --password-file or REDISCLI_AUTH.');
    const { isCancel, password } = await import('@clack/prompts');
    const answer = await password({ message: 'Password' });
    if (isCancel(answer)) throw new UsageError('no password was given', 'Run again.');
    return answer;
  }
  return value;
}
