import { fromCidr } from '../../lang/packets/index.ts';
import type { Claim, Who } from '../../model/index.ts';
import { isPlainPath } from './places.ts';
import { hasControls, isAccount, isUserName } from './words.ts';

const notPlain = 'its path is not absolute, or has . or .. or a control character in it';

/** A host, an address, or one with its zone; nothing that is read as more than that. */
const isAddress = (host: string): boolean => /^[A-Za-z0-9_:[][A-Za-z0-9_.:%\]-]{0,252}$/.test(host);

const whoProblem = (as: Who): string | undefined =>
  'user' in as && !isUserName(as.user) ? 'this is no name of a user' : undefined;

/** Commands that a claim may name: never more than one, and nothing that a log or a terminal takes for something else. */
const wordsProblem = (words: readonly string[]): string | undefined =>
  words.length === 0 || words.some((word) => word === '' || hasControls(word))
    ? 'a word is empty, or holds a control character'
    : undefined;

/** Seconds; a step that takes longer is no step. */
const longestWatch = 3600;

/** What is wrong with a claim by itself, in words. */
export function claimProblem(claim: Claim): string | undefined {
  if ('path' in claim && !isPlainPath(claim.path)) return notPlain;
  if ('host' in claim && !isAddress(claim.host)) return 'its host is neither a name nor an address';
  switch (claim.claim) {
    case 'user-exists':
    case 'user-kept':
    case 'passwords':
    case 'moved':
      return isUserName(claim.user) ? undefined : 'this is no name of a user';
    case 'user-has':
      return isUserName(claim.user) ? wordsProblem(claim.words) : 'this is no name of a user';
    case 'unused':
      return 'user' in claim && !isUserName(claim.user) ? 'this is no name of a user' : undefined;
    case 'login':
      return whoProblem(claim.as);
    case 'command':
      return whoProblem(claim.as) ?? wordsProblem(claim.words);
    case 'serves':
      return isPlainPath(claim.certificate) && isPlainPath(claim.ca) ? undefined : notPlain;
    case 'runs-as':
      return isAccount(claim.user) ? undefined : 'this is no name of an account';
    case 'setting':
    case 'file-sets':
      return claim.name === '' || hasControls(claim.name) ? 'this is no name of a setting' : undefined;
    case 'no-refused-login':
      if (!isUserName(claim.user)) return 'this is no name of a user';
      return claim.seconds >= 0 && claim.seconds <= longestWatch
        ? undefined
        : `it may watch for ${longestWatch} seconds at most`;
    case 'firewall-allows':
      return [claim.source, ...(claim.except ?? [])].every((text) => fromCidr(text) !== undefined)
        ? undefined
        : 'its source is no address';
    case 'answers':
    case 'port':
    case 'client-certificate':
    case 'access':
    case 'replicates':
    case 'no-new-privileges':
      return undefined;
  }
}
