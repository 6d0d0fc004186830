/** HELLO: recorded for the versions 2, 3 and 4 in the open mode, and for 3 only in some others. */
import { asPairs } from '../../src/lang/resp/index.ts';
import { saysUnknown, unknownCommand } from './errors.ts';
import { type Answer, type Scene, type Session, ownBook, say } from './scene.ts';
import type { Exchange } from './transcript.ts';
import { type Protocol, decodeReply, text, write } from './translate.ts';

/** Words after the version (AUTH, SETNAME) change who asks, not what is said. */
export function hello(scene: Scene, session: Session, args: readonly string[]): Answer {
  const short = args.slice(0, 2);
  const find = (words: readonly string[]): Exchange | undefined =>
    scene.books.map((book) => book.find(words, 2)).find((exchange) => exchange !== undefined);
  const exact = find(short) ?? scene.recording.books.open.find(short, 2);
  if (exact !== undefined && saysUnknown(exact.reply)) {
    return say(unknownCommand(scene.recording, ownBook(scene), args), session);
  }
  if (exact === undefined || exact.reply[0] === 0x2d) {
    return exact === undefined
      ? { ...say('-NOPROTO unsupported protocol version\r\n', session), unrecorded: true }
      : say(exact.reply, session);
  }
  // The mode's own answer to HELLO 3 says `sentinel` or `cluster`; only its `proto` differs.
  const answer = decodeReply((find(['HELLO', '3']) ?? exact).reply);
  const protocol: Protocol = short[1] === '3' ? 3 : short[1] === '2' ? 2 : session.protocol;
  const pairs = (answer === undefined ? [] : (asPairs(answer) ?? [])).map(
    ([name, value]) => [name, text(name) === 'proto' ? protocol : value] as const,
  );
  return say(write({ kind: 'map', pairs }, protocol), { ...session, protocol });
}
