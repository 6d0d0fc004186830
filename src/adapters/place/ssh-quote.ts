/**
 * Words for the login shell at the other end of ssh. Not for csh or fish there: `ssh-connection.ts` finds out, and
 * refuses.
 */
export { quoteWord, quoteWords } from '../../lang/quote/index.ts';
