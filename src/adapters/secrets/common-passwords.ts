import { hash } from 'node:crypto';

/** Of the commonest ones, what people do to satisfy a rule: `Password1`, `dragon123`. */
const varied = 500;
const endings = ['1', '12', '123', '1234', '!', '123!', '@123'];

let words: Promise<ReadonlySet<string>> | undefined;
let hashes: Promise<ReadonlySet<string>> | undefined;

/**
 * About 49 000 passwords of public leaks, commonest first, from @zxcvbn-ts/language-common: lower case. Loaded when
 * first needed (some 20 ms), kept for the life of the process.
 */
export const commonPasswords = (): Promise<ReadonlySet<string>> => (words ??= loadCommon());

/** SHA-256 of those, as they are and varied: Redis keeps ACL passwords so, without salt. Made when first needed (some 50 ms). */
export const commonHashes = (): Promise<ReadonlySet<string>> => (hashes ??= hashCommon());

async function loadCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}

async function hashCommon(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let rank = 0;
  for (const word of await commonPasswords()) {
    found.add(hash('sha256', word));
    if (rank < varied) {
      const title = word.slice(0, 1).toUpperCase() + word.slice(1);
      if (title !== word) found.add(hash('sha256', title));
      for (const ending of endings) {
        found.add(hash('sha256', word + ending));
        if (title !== word) found.add(hash('sha256', title + ending));
      }
    }
    rank += 1;
  }
  return found;
}
