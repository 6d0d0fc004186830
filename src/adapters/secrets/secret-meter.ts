import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { SecretNote } from '../../model/secret.ts';
import { commonHashes, commonPasswords } from './common-passwords.ts';
import { guessCount, looksGenerated } from './guess-count.ts';
import { nameVariations } from './name-variations.ts';
import { familyNames, isPlaceholder, wellKnownPasswords } from './well-known-passwords.ts';

/** Measures passwords of one snapshot, where they are read, and keeps none of them. */
export interface SecretMeter {
  /** A password in the clear. `names`: users, hosts, products of this server, which passwords are often made from. */
  readonly note: (password: string | Uint8Array, names: readonly string[]) => Promise<SecretNote>;
  /** A password of which the SHA-256 is known, in hexadecimal, as ACL files and `ACL GETUSER` have it. */
  readonly noteHash: (sha256: string, names: readonly string[]) => Promise<SecretNote>;
}

/**
 * How many guesses make a password what it is.
 *
 * The comment on `requirepass` in redis.conf reckons with a million tries a second from outside, and there is no
 * lock-out. `weak`: under 10^11 guesses, which is about a day of that. `fair`: under 10^15, thirty years of it; but ACL
 * files hold plain SHA-256, and one graphics card does 10^10 of those a second, so whoever has the file has a fair
 * password within a day. `strong`: more; zxcvbn counts ten guesses for a character without any pattern, so that is
 * 15 random ones or more.
 */
const weakBelow = 1e11;
const fairBelow = 1e15;

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** Of all empty passwords: there is nothing to hide, and a server without secrets needs no cryptography to start. */
const sameEmpty = '0'.repeat(16);

/**
 * @param salt random, of this snapshot: `same` tells equal passwords within it, and nothing to who has not got it.
 *   Asked for when the first secret is met
 * @example
 * const meter = createSecretMeter(() => randomBytes(32));
 * await meter.note('foobared', ['default']); // { secret: true, strength: 'guessed', why: 'a well-known …', same: '…' }
 */
export function createSecretMeter(salt: () => Uint8Array): SecretMeter {
  const year = new Date().getFullYear();
  const byNames = new Map<string, ReadonlySet<string>>();

  // Made once: a key from bytes costs more than the digest.
  const key = lazy(() => createSecretKey(salt()));
  const sameAs = (sha256: string): string =>
    sha256 === emptyHash ? sameEmpty : createHmac('sha256', key()).update(sha256).digest('hex').slice(0, 16);

  const hashesOf = (names: readonly string[]): ReadonlySet<string> => {
    const key = names.join('\0');
    const found = byNames.get(key) ?? hashAll(nameVariations(names, year));
    // A server with very many users would fill the memory.
    if (byNames.size < 64) byNames.set(key, found);
    return found;
  };

  async function note(password: string | Uint8Array, names: readonly string[]): Promise<SecretNote> {
    if (password.length === 0) return { secret: true, strength: 'empty', same: sameEmpty };
    const bytes = typeof password === 'string' ? Buffer.from(password, 'utf8') : Buffer.from(password);
    const same = sameAs(hash('sha256', bytes));
    const text = bytes.toString('utf8');
    return { secret: true, ...(await strengthOf(text, names)), same };
  }

  async function strengthOf(password: string, names: readonly string[]): Promise<Strength> {
    if (password === '') return { strength: 'empty' };
    if (wellKnownPasswords.has(password)) return { strength: 'guessed', why: wellKnown };
    if (isPlaceholder(password))
      return { strength: 'guessed', why: 'a placeholder that was never filled in' };
    if (looksGenerated(password) && !mentions(password, names)) return { strength: 'strong' };
    if (known().has(password)) return { strength: 'guessed', why: wellKnown };
    if (includes(nameVariations(names, year), password)) return { strength: 'guessed', why: fromName };
    if ((await commonPasswords()).has(password.toLowerCase())) return { strength: 'guessed', why: common };
    const guesses = await guessCount(password, [...familyNames, ...names]);
    if (guesses < weakBelow)
      return { strength: 'weak', why: 'a search over the network would find it within a day' };
    if (guesses < fairBelow)
      return {
        strength: 'fair',
        why: 'a search would find it within a day from its hash, not over the network',
      };
    return { strength: 'strong' };
  }

  async function noteHash(sha256: string, names: readonly string[]): Promise<SecretNote> {
    const hex = sha256.toLowerCase();
    const same = sameAs(hex);
    if (hex === emptyHash) return { secret: true, strength: 'empty', same };
    if (!/^[0-9a-f]{64}$/.test(hex)) return { secret: true, strength: 'unmeasured', why: 'no SHA-256', same };
    if (knownHashes().has(hex)) return { secret: true, strength: 'guessed', why: wellKnown, same };
    if (hashesOf(names).has(hex)) return { secret: true, strength: 'guessed', why: fromName, same };
    if ((await commonHashes()).has(hex)) return { secret: true, strength: 'guessed', why: common, same };
    return {
      secret: true,
      strength: 'unmeasured',
      why: 'only its hash is known, and no dictionary has it',
      same,
    };
  }

  return { note, noteHash };
}

/** Of no server in particular, so made once for all meters. */
const known = lazy(
  () => new Set([...wellKnownPasswords, ...nameVariations(familyNames, new Date().getFullYear())]),
);
const knownHashes = lazy(() => hashAll(known()));

type Strength = Pick<SecretNote, 'strength' | 'why'>;

const wellKnown = 'a well-known password of Redis servers and manuals';
const fromName = 'made from a name of this server';
const common = 'among the commonest passwords of public leaks';

/** A name of this server that is itself long and random, as some user names are, makes no password strong. */
function mentions(password: string, names: readonly string[]): boolean {
  const lower = password.toLowerCase();
  return names.some((name) => name.length > 2 && lower.includes(name.toLowerCase()));
}

function hashAll(words: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const word of words) found.add(hash('sha256', word));
  return found;
}

function includes(words: Iterable<string>, wanted: string): boolean {
  for (const word of words) if (word === wanted) return true;
  return false;
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
