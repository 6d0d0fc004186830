/**
 * The file from which those who use the servers take their logins. It gets new ones when they work, and not before; and
 * when they are about to end, it has the old ones again first.
 */
import { rmSync } from 'node:fs';
import { readSecrets, writeSecrets, type SecretsFile } from '../../../adapters/journal/secrets-file.ts';

/** Both beside the journal, mode 0600: the logins of the plan, and what the published file had before. */
export const ownSecretsOf = (journal: string): string => journal.replace(/jsonl$/, 'secrets.json');
export const formerSecretsOf = (journal: string): string => journal.replace(/jsonl$/, 'secrets-before.json');

/**
 * Puts back what the published file had before, login by login: one that is not ours any more stays. Done twice it is
 * as done once.
 *
 * @returns whether there was anything to put back
 * @throws where one of the files cannot be read or written
 */
export function recallLogins(journal: string, published: string | undefined): boolean {
  const own = readSecrets(ownSecretsOf(journal));
  const now = published === undefined ? undefined : readSecrets(published);
  if (published === undefined || !own || !now) return false;
  const former = readSecrets(formerSecretsOf(journal));
  const back = recalled(now, own, former);
  if (JSON.stringify(back.secrets) === JSON.stringify(now.secrets)) return false;
  if (!former && Object.keys(back.secrets).length === 0) rmSync(published);
  else writeSecrets(published, back);
  return true;
}

export function recalled(now: SecretsFile, own: SecretsFile, former: SecretsFile | undefined): SecretsFile {
  const isOurs = (id: string): boolean => now.secrets[id]?.password === own.secrets[id]?.password;
  // In the order in which they were.
  const ids = new Set([...Object.keys(former?.secrets ?? {}), ...Object.keys(now.secrets)]);
  const secrets = [...ids].flatMap((id) => {
    const secret = id in now.secrets && isOurs(id) ? former?.secrets[id] : now.secrets[id];
    return secret ? [[id, secret] as const] : [];
  });
  return {
    schema: now.schema,
    plan: now.plan === own.plan ? (former?.plan ?? now.plan) : now.plan,
    secrets: Object.fromEntries(secrets),
  };
}
