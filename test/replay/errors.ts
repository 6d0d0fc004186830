/** The error texts of a version, taken from what it answered to a command that nobody has and to a bare GET. */
import type { Book, Recording } from './recording.ts';

const longest = 128;

/** "unknown command" as this version says it; `book` has the version's own answer to FOOBAR. */
export function unknownCommand(recording: Recording, book: Book, args: readonly string[]): string {
  const { open, locked, sentinel } = recording.books;
  const all = [book, open, locked, sentinel].flatMap(({ exchanges }) => exchanges);
  const answers = all.filter(({ args: [name] }) => name === 'FOOBAR');
  const withArgs = sample(answers.find((answer) => answer.args.length > 1)?.reply);
  const without = sample(answers.find((answer) => answer.args.length === 1)?.reply);
  const [name = '', ...rest] = args.map((arg) => arg.replaceAll(/[\r\n]/g, ' ').slice(0, longest));
  if (rest.length === 0 && without !== '') return without.replace('FOOBAR', () => name);
  const [, quote = "'"] = /unknown command (['`])/.exec(withArgs) ?? [];
  const named = `-ERR unknown command ${quote}${name}${quote}`;
  if (!withArgs.includes('with args beginning with')) return `${named}\r\n`;
  const separator = quote === '`' ? ', ' : ' ';
  const listed = rest.map((arg) => `${quote}${arg}${quote}${separator}`).join('');
  return `${named}, with args beginning with: ${listed.slice(0, longest)}\r\n`;
}

/** True for an answer that says that there is no such command. */
export const saysUnknown = (reply: Uint8Array): boolean => sample(reply).startsWith('-ERR unknown command');

/** The recorded refusal of a protected command (DEBUG, MODULE LOAD), if this version has it and refuses. */
export function forbidden({ books }: Recording, args: readonly string[]): Buffer | undefined {
  const words = args[0]?.toLowerCase() === 'module' ? 2 : 1;
  const start = (of: readonly string[]): string => of.slice(0, words).join(' ').toLowerCase();
  const answer = books.open.exchanges.find((exchange) => start(exchange.args) === start(args));
  return answer !== undefined && answer.reply.includes('command not allowed') ? answer.reply : undefined;
}

/** "wrong number of arguments" as this version says it. */
export function wrongArity(recording: Recording, name: string): string {
  const answer = sample(recording.books.open.find(['GET'], 2)?.reply);
  return answer.replace("'get'", () => `'${name.toLowerCase()}'`);
}

const sample = (reply: Uint8Array | undefined): string => Buffer.from(reply ?? []).toString('latin1');
