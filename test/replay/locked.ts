/** A server with a password, before the login. */
import { forbidden, saysUnknown, unknownCommand, wrongArity } from './errors.ts';
import { hello } from './hello.ts';
import { recordedPassword } from './recording.ts';
import { type Answer, type Scene, type Session, arityFits, entryOf, isUnknown, say } from './scene.ts';

/** Answers one command of a client that has not logged in. */
export function respondLocked(scene: Scene, session: Session, args: readonly string[]): Answer {
  const { recording } = scene;
  const { locked } = recording.books;
  const reply = (...words: readonly string[]): Buffer => locked.find(words, 2)?.reply ?? Buffer.alloc(0);
  const name = args[0]?.toLowerCase() ?? '';
  const open: Session = { ...session, authenticated: true };

  if (name === 'auth' && args.length > 1) {
    if (isLogin(scene, args.slice(1))) return say('+OK\r\n', open);
    return say(args.length > 2 ? reply('AUTH', 'default', 'wrong') : reply('AUTH', 'wrong'), session);
  }
  if (name === 'hello' && !isUnknown(scene, name)) {
    const auth = args.findIndex((arg, index) => index > 1 && arg.toLowerCase() === 'auth');
    const isKnownVersion = args.length === 1 || args[1] === '2' || args[1] === '3';
    if (!isKnownVersion) return hello(scene, session, args);
    if (auth < 0) return say(locked.find(args, 2)?.reply ?? reply('HELLO', '3'), session);
    if (isLogin(scene, args.slice(auth + 1, auth + 3))) return hello(scene, open, args);
    return say(reply('HELLO', '3', 'AUTH', 'default', 'wrong'), session);
  }
  const recorded = locked.find(args, 2);
  if (recorded !== undefined) return say(recorded.reply, session);
  // Older versions tell the unknown and the wrongly counted before they ask for a login.
  if (isUnknown(scene, name)) {
    const stranger = reply('FOOBAR', 'x');
    return say(saysUnknown(stranger) ? unknownCommand(recording, locked, args) : stranger, session);
  }
  const entry = entryOf(scene, name);
  if (entry !== undefined && !arityFits(entry, args.length)) {
    const arity = reply('GET');
    return say(arity.toString().includes('wrong number') ? wrongArity(recording, name) : arity, session);
  }
  // These versions also tell which protected commands are switched off.
  const told = saysUnknown(reply('FOOBAR', 'x')) ? forbidden(recording, args) : undefined;
  return say(told ?? reply('PING'), session);
}

function isLogin(scene: Scene, words: readonly string[]): boolean {
  if (words.length === 1) return words[0] === recordedPassword;
  const hasUsers = !isUnknown(scene, 'acl');
  return hasUsers && words.length === 2 && words[0] === 'default' && words[1] === recordedPassword;
}
