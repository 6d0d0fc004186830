import { sign, verify } from '../../../adapters/signature/ssh-signature.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Signs a plan's file with an SSH key: `FILE.sig` beside it.
 *
 * @throws UsageError where ssh-keygen refuses
 */
export async function signPlan(path: string, key: string): Promise<string> {
  const signed = await sign(path, key);
  if ('problem' in signed)
    throw new UsageError(signed.problem, 'Name a private key, or its public half with the key in an agent.');
  return signed.signature;
}

/**
 * The bytes of the file, as its signer left them: these, not the file again, are to be read, for it may change.
 *
 * @throws UsageError where they are not, or nobody signed them
 */
export async function verifyPlan(path: string, allowedSigners: string, identity: string): Promise<Buffer> {
  const { verdict, bytes } = await verify(path, allowedSigners, identity);
  if (verdict.kind === 'good' && bytes) return bytes;
  throw new UsageError(
    `${path}: ${verdict.kind === 'good' ? 'it cannot be read' : verdict.why}`,
    'Apply only what somebody you trust has reviewed and signed.',
  );
}
