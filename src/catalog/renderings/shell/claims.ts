import type { Claim } from '../../../model/index.ts';
import { commented } from '../parts/left-out.ts';
import { loginLine } from '../parts/login-line.ts';
import { commentText, quoted } from '../parts/words.ts';
import { print, printfOf, word } from './quoting.ts';

type Names = ReadonlyMap<string, string>;

/** Why a script cannot wait for it: then it must not do the step either. */
export const cannotWait = (claim: Claim): string | undefined =>
  lines(claim, new Map(), 'guard') === undefined
    ? `it must wait until this holds: ${claim.claim}${'user' in claim ? ` ${claim.user}` : ''}`
    : undefined;

export const guard = (claim: Claim, secrets: Names): string => lines(claim, secrets, 'guard') ?? '';

/** What a script cannot prove is left to `keyward prove`, and said so. */
export const proof = (claim: Claim, secrets: Names): string =>
  lines(claim, secrets, 'proof') ??
  commented([commentText(`not proved here: ${claim.claim}: keyward prove tries it`)]);

function lines(claim: Claim, secrets: Names, use: 'guard' | 'proof'): string | undefined {
  switch (claim.claim) {
    case 'answers':
      return 'await_answer\n';
    case 'setting':
      return typeof claim.value === 'string'
        ? must(
            `[ "$(setting ${word(claim.name)})" = ${word(quoted(claim.value))} ]`,
            `${claim.name} is not what it was set to`,
          )
        : undefined;
    case 'user-exists':
      return must(
        `[ ${claim.exists ? '-n' : '-z'} "$(user_line ${word(claim.user)})" ]`,
        `user ${claim.user} is ${claim.exists ? 'not there' : 'still there'}`,
      );
    case 'login': {
      const line = loginLine(claim.as);
      if (line === undefined) return undefined;
      const tried = `${printfOf(line, secrets)} | gets_in`;
      const who =
        claim.as.kind === 'nobody' ? 'a stranger' : 'user' in claim.as ? claim.as.user : 'the operator';
      return claim.accepted
        ? must(tried, `${who} is not let in`)
        : `if ${tried}; then fail ${word(commentText(`${who} is still let in`))}; fi\n`;
    }
    case 'unused':
      if (use !== 'guard') return undefined;
      return 'user' in claim
        ? print(['await_unused user ', word(claim.user)])
        : print(['await_unused port ', word(String(claim.port))]);
    default:
      return undefined;
  }
}

const must = (test: string, otherwise: string): string =>
  print([test, ' || fail ', word(commentText(otherwise))]);
