/**
 * Signatures of the system's own OpenSSH (8.2 and later), for plans that one person makes and another applies. The
 * signature stands beside the file, as `ssh-keygen -Y sign` leaves it, so that anybody can verify it without Keyward:
 * `ssh-keygen -Y verify -f allowed_signers -I alice@example.org -n keyward -s plan.json.sig < plan.json`.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { spawn } from 'node:child_process';
import { printable } from '../../lang/text/index.ts';

/** Keeps a signature on something else (a commit, an e-mail) from counting as one on a plan. */
const namespace = 'keyward';
const maxFile = 64 << 20;
const maxSaid = 64 << 10;
const maxTime = 120_000;

export interface SignatureOptions {
  /** Milliseconds that ssh-keygen gets; 120 000. A person may have to type a passphrase or touch a key. */
  readonly timeout?: number;
}

export type Signed = { readonly signature: string } | { readonly problem: string };

export type Verified =
  /** `key` as OpenSSH names it: `ED25519 key SHA256:…`. */
  | { readonly kind: 'good'; readonly identity: string; readonly key: string }
  /** There is a signature, and it does not count: another key, another text, no right to sign, no signature at all. */
  | { readonly kind: 'bad'; readonly why: string }
  /** Nothing is known: a file is missing, or there is no ssh-keygen. */
  | { readonly kind: 'unknown'; readonly why: string };

interface Ran {
  readonly code: number;
  readonly said: string;
}

/** A path that no option can be. */
const asPath = (path: string): string => (isAbsolute(path) ? path : join(process.cwd(), path));

const run = (words: readonly string[], input: Buffer | undefined, timeout: number): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, maxSaid)));
    child.once('error', (error: Error & { code?: string }) => {
      clearTimeout(timer);
      reject(
        new Error(
          error.code === 'ENOENT'
            ? 'there is no ssh-keygen here: install the OpenSSH client'
            : `ssh-keygen cannot be run (${error.code ?? 'unknown error'})`,
        ),
      );
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') reject(new Error(`ssh-keygen did not end within ${timeout} ms`));
      else resolve({ code: code ?? 255, said });
    });
    // It may end before it has read everything.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });

const reason = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error');
const inWords = (said: string): string => printable(said.trim().replaceAll(/\s*\n\s*/g, '; '), 500);

/** Read once: what is verified is what comes back, whatever becomes of the file meanwhile. */
async function bytesOf(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is not a file');
    if (found.size > maxFile) throw new Error(`it is larger than ${maxFile >> 20} MiB`);
    return await file.readFile();
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Error(`${printable(path, 300)} cannot be read: ${code ?? reason(error)}`, { cause: error });
  }
}

/**
 * Signs a file with a private SSH key, or with the public half of one that the agent holds; the signature goes to
 * `<path>.sig`, and replaces the one that is there.
 *
 * @example await sign('plan.json', '/home/alice/.ssh/id_ed25519'); // { signature: '/…/plan.json.sig' }
 */
export async function sign(path: string, key: string, options: SignatureOptions = {}): Promise<Signed> {
  const file = `${asPath(path)}.sig`;
  try {
    const bytes = await bytesOf(path);
    // Given to its input, ssh-keygen asks nothing and overwrites nothing: the file is written here.
    const { code, said } = await run(
      ['-Y', 'sign', '-q', '-n', namespace, '-f', asPath(key)],
      bytes,
      options.timeout ?? maxTime,
    );
    const [signature] =
      /-----BEGIN SSH SIGNATURE-----\n[\w+/=\n]+-----END SSH SIGNATURE-----\n/.exec(said) ?? [];
    if (code !== 0 || signature === undefined) return { problem: `it is not signed: ${inWords(said)}` };
    await using out = await open(file, 'w', 0o644);
    await out.writeFile(signature);
    await out.sync();
    return { signature: file };
  } catch (error) {
    return { problem: `it is not signed: ${reason(error)}` };
  }
}

/**
 * Whether `<path>.sig` is a signature of `identity` on exactly these bytes, made for Keyward, by a key which the file
 * `allowedSigners` (see ssh-keygen(1), ALLOWED SIGNERS) gives to that identity. Nobody else's counts.
 *
 * `bytes` are what was verified: load the plan from them, not from the file again.
 *
 * @example const { verdict, bytes } = await verify('plan.json', 'allowed_signers', 'alice@example.org');
 */
export async function verify(
  path: string,
  allowedSigners: string,
  identity: string,
  options: SignatureOptions = {},
): Promise<{ readonly verdict: Verified; readonly bytes?: Buffer }> {
  const unknown = (why: string) => ({ verdict: { kind: 'unknown', why } as const });
  // ssh-keygen takes it as a pattern's match: no list, no pattern, no option.
  if (!/^[^\s,*?!"\\-][^\s,*?!"\\]{0,255}$/.test(identity))
    return unknown('the identity is to be one name, such as alice@example.org');
  const signature = `${asPath(path)}.sig`;
  try {
    const bytes = await bytesOf(path);
    await bytesOf(signature);
    await bytesOf(allowedSigners);
    const { code, said } = await run(
      ['-Y', 'verify', '-n', namespace, '-f', asPath(allowedSigners), '-I', identity, '-s', signature],
      bytes,
      options.timeout ?? maxTime,
    );
    const key = /^Good "keyward" signature for .* with (\S+ key \S+)$/m.exec(said)?.[1];
    if (code === 0 && key !== undefined)
      return { verdict: { kind: 'good', identity, key: printable(key, 200) }, bytes };
    return { verdict: { kind: 'bad', why: inWords(said) || `ssh-keygen ended with ${code}` } };
  } catch (error) {
    return unknown(reason(error));
  }
}
