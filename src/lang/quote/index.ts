/** How the server's line formats quote: splitting a line into arguments, and writing one back. */
export { needsQuotes, quoteArg } from './quote.ts';
export { quoteWord, quoteWords } from './shell-word.ts';
export { splitArgs, splitText } from './split.ts';
export type { Split, SplitOptions, SplitProblem } from './split.ts';
