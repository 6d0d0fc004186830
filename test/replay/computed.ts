/** Answers that were recorded whole and can be given in part: INFO by section, CONFIG GET by pattern, COMMAND. */
import { createHash } from 'node:crypto';
import { type RespValue, asPairs } from '../../src/lang/resp/index.ts';
import type { Recording } from './recording.ts';
import { type Answer, type Scene, type Session, entryOf, say } from './scene.ts';
import { asMap, text, write } from './translate.ts';

/** The answer, or undefined when it cannot be computed. */
export function computed(scene: Scene, session: Session, args: readonly string[]): Answer | undefined {
  const { recording, mode } = scene;
  const [name = '', sub = ''] = args.map((arg) => arg.toLowerCase());
  if (scene.hidden.has(name)) return undefined;
  const send = (value: RespValue): Answer => say(write(value, session.protocol), session);
  // The entries of 7.0 and later have ten fields; that version also began to take several names at once.
  const takesSeveral = (entryOf(scene, name)?.length ?? 0) >= 10;
  switch (name) {
    case 'ping':
      return args.length > 1 ? send(args[1] ?? '') : say('+PONG\r\n', session);
    case 'echo':
      return args.length === 2 ? send(args[1] ?? '') : undefined;
    case 'select':
      return mode === 'cluster' || mode === 'sentinel' ? undefined : say('+OK\r\n', session);
    case 'client':
      return sub === 'setname' ? say('+OK\r\n', session) : undefined;
    case 'auth':
      return refusedLogin(recording, session, args);
    case 'info': {
      if (mode === 'sentinel') return undefined;
      if (args.length > 2 && !takesSeveral) return say('-ERR syntax error\r\n', session);
      const value = info(
        recording,
        mode === 'cluster' ? clusterSection(recording) : undefined,
        args.slice(1),
      );
      return send(session.protocol === 3 ? { kind: 'verbatim', format: 'txt', value } : value);
    }
    case 'config':
      if (mode === 'sentinel' || sub !== 'get' || args.length < 3 || (args.length > 3 && !takesSeveral))
        return undefined;
      return send(configGet(recording, args.slice(2), scene.changed));
    case 'command':
      if (mode === 'sentinel' || scene.commands.length === 0) return undefined;
      if (args.length === 1) return send(scene.commands);
      return sub === 'info' ? send(args.slice(2).map((wanted) => entryOf(scene, wanted) ?? null)) : undefined;
    default:
      return undefined;
  }
}

function refusedLogin({ books }: Recording, session: Session, args: readonly string[]): Answer | undefined {
  const known = books.open.find(args.length > 2 ? ['AUTH', 'nobody', 'bad'] : ['AUTH', 'x'], 2);
  return known === undefined ? undefined : say(known.reply, session);
}

/** The one section that differs in a cluster, as it was recorded there. */
function clusterSection({ books }: Recording): string | undefined {
  const reply = books.cluster.find(['INFO', 'server'], 2)?.reply.toString('latin1');
  return reply
    ?.slice(reply.indexOf('\r\n') + 2)
    .trimEnd()
    .concat('\r\n');
}

function info(recording: Recording, server: string | undefined, wanted: readonly string[]): string {
  const own = (sections: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    server === undefined ? sections : new Map([...sections, ['server', server]]);
  const usual = own(recording.info.usual);
  // Before 2.6 there are no sections, and of 2.8 only the usual ones were recorded.
  const everything = own(
    recording.info.everything.size > 0 ? recording.info.everything : recording.info.usual,
  );
  if (wanted.length === 0) return [...usual.values()].join('\r\n');
  const parts = wanted.flatMap((section) => {
    const name = section.toLowerCase();
    if (name === 'default') return [...usual.values()];
    return name === 'all' || name === 'everything' ? [...everything.values()] : [everything.get(name) ?? ''];
  });
  return [...new Set(parts)].filter((part) => part !== '').join('\r\n');
}

function configGet(
  { config }: Recording,
  patterns: readonly string[],
  changed: ReadonlyMap<string, string>,
): RespValue {
  const matchers = patterns.map((pattern) => glob(pattern.toLowerCase()));
  const found = config.filter(([name]) => matchers.some((matcher) => matcher.test(name)));
  return asMap(found.flatMap(([name, value]) => [name, changed.get(name) ?? value]));
}

// The patterns come from our own tests, and `.*` is the only repetition.
function glob(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** ACL GETUSER's answer for a user without a password, as it is for one that has this password. */
export function withPassword(user: RespValue, password: string): RespValue {
  const hash = createHash('sha256').update(password).digest('hex');
  const pairs = (asPairs(user) ?? []).map(([name, value]): readonly [RespValue, RespValue] => {
    if (text(name) === 'passwords') return [name, [hash]];
    if (text(name) !== 'flags' || !Array.isArray(value)) return [name, value];
    return [name, value.filter((flag: RespValue) => text(flag) !== 'nopass')];
  });
  return { kind: 'map', pairs };
}
