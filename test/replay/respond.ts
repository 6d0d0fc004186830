/** Decides what the recorded server would answer: pure, so that a replay is the same each time. */
import { computed, withPassword } from './computed.ts';
import { forbidden, unknownCommand, wrongArity } from './errors.ts';
import { hello } from './hello.ts';
import { respondLocked } from './locked.ts';
import { recordedPassword } from './recording.ts';
import {
  type Answer,
  type Scene,
  type Session,
  arityFits,
  entryOf,
  isUnknown,
  ownBook,
  say,
} from './scene.ts';
import type { RawExchange } from './transcript.ts';
import { decodeReply, translate, write } from './translate.ts';

/** Answers one command. */
export function respond(scene: Scene, session: Session, args: readonly string[]): Answer {
  const name = args[0]?.toLowerCase() ?? '';
  if (name === 'quit') return { ...say('+OK\r\n', session), close: true };
  if (name === 'post' || name === 'host:') {
    const answer = crossProtocol(scene, session);
    if (answer !== undefined) return answer;
  }
  if (scene.mode === 'requirepass' && !session.authenticated) return respondLocked(scene, session, args);
  if (scene.mode === 'requirepass' && name === 'auth') return respondLocked(scene, session, args);
  if (name === 'hello') return hello(scene, session, args);
  return recorded(scene, session, args) ?? computed(scene, session, args) ?? otherwise(scene, session, args);
}

// From 3.2 on, a browser that was tricked into talking to the server is cut off; 4.0 to 6.2 first ask for a login.
function crossProtocol({ recording, mode }: Scene, session: Session): Answer | undefined {
  const closes = (table: readonly RawExchange[], verb: string): boolean =>
    table.some(({ sent, closed }) => closed && sent.toString('latin1').startsWith(`${verb} `));
  if (!closes(recording.raw.open, 'POST')) return undefined;
  const locked = mode === 'requirepass' && !session.authenticated;
  if (!locked || closes(recording.raw.locked, 'GET')) return { ...say('', session), close: true };
  return say(recording.books.locked.find(['PING'], 2)?.reply ?? '', session);
}

function recorded(scene: Scene, session: Session, args: readonly string[]): Answer | undefined {
  const found = scene.books
    .map((book) => book.find(args, session.protocol))
    .find((exchange) => exchange !== undefined);
  if (found === undefined) return undefined;
  if (found.reply.toString('latin1') === '+RESET\r\n') {
    return say(found.reply, { protocol: 2, authenticated: scene.mode !== 'requirepass' });
  }
  const isDefaultUser = /^acl getuser default$/i.test(args.join(' '));
  if (scene.mode === 'requirepass' && isDefaultUser && found.reply[0] !== 0x2d) {
    const user = decodeReply(found.reply);
    if (user !== undefined)
      return say(write(withPassword(user, recordedPassword), session.protocol), session);
  }
  return say(translate(found.reply, found.protocol, session.protocol, args), session);
}

function otherwise(scene: Scene, session: Session, args: readonly string[]): Answer {
  const { recording, mode } = scene;
  const name = args[0]?.toLowerCase() ?? '';
  if (isUnknown(scene, name)) return say(unknownCommand(recording, ownBook(scene), args), session);
  const entry = entryOf(scene, name);
  if (entry !== undefined && !arityFits(entry, args.length)) return say(wrongArity(recording, name), session);
  // A Sentinel's INFO was recorded with one section only.
  const sentinelInfo = mode === 'sentinel' && name === 'info' && args[1] !== 'server';
  if (sentinelInfo) return respond(scene, session, ['INFO', 'server']);
  const refusal = forbidden(recording, args);
  if (refusal !== undefined) return say(refusal, session);
  return {
    ...say(`-ERR nothing is recorded for '${args.slice(0, 2).join(' ')}'\r\n`, session),
    unrecorded: true,
  };
}
