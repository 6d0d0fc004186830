/**
 * The whole of what Keyward ever says to a server that it looks at. The connection refuses anything else, so no
 * collector can send a command that changes, stops or guesses. AUTH goes out only with credentials that the user
 * gave, on their own, in `login`.
 */
export const questions: ReadonlySet<string> = new Set([
  'PING',
  'ECHO',
  'HELLO',
  'RESET',
  'INFO',
  'CONFIG GET',
  'ACL WHOAMI',
  'ACL LIST',
  'ACL LOG',
  'COMMAND',
  'MODULE LIST',
  'CLIENT LIST',
  'FUNCTION LIST',
  'CLUSTER NODES',
  'SENTINEL MASTERS',
  'EXISTS',
]);

/** One question: the command by its original name, with its arguments. */
export interface Question {
  readonly name: string;
  readonly args: readonly string[];
}

export const question = (name: string, ...args: readonly string[]): Question => {
  if (!questions.has(name)) throw new Error(`${name} is not on the list of read-only questions`);
  // ACL LOG RESET and HELLO 3 AUTH would not be questions any more.
  const harmless =
    name === 'ACL LOG'
      ? args.every((arg) => /^\d+$/.test(arg))
      : name === 'HELLO' || name === 'RESET'
        ? args.length === 0
        : true;
  if (!harmless) throw new Error(`${name} ${args.join(' ')} is not a read-only question`);
  return { name, args };
};
