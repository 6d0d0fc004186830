import type { PlanNode } from '../../model/index.ts';
import { asItems, type RespValue } from '../../lang/resp/index.ts';
import type { Place } from '../place/index.ts';
import { failed, type Connection } from '../server/connection.ts';
import { credentialsOf, type Credential } from './credentials.ts';
import { doorsOf, listeningSettings, type Door, type Listening } from './doors.ts';
import { connectionName, isOpenAnyway, keepsOut, knock, logInAs, welcome } from './entry.ts';
import { fileListening } from './file-listening.ts';
import { refusalOf } from './refusal.ts';
import type { WorldSettings } from './settings.ts';
import { bytesOf, errorIn, fieldsIn, pairsIn, textIn } from './words.ts';

/**
 * The conversation with one server for the length of a plan. It outlives what the plan does to it: where the connection
 * breaks, the server is found again through any door that it has now, and we come as whoever is let in now. What
 * is sent is absolute (see `Action`), so that a command whose answer was lost may be said again.
 */
export interface Session {
  readonly node: PlanNode;
  /** The answer to a command; rejects with a `Refusal` where the server says no. */
  ask(...words: readonly string[]): Promise<RespValue>;
  /** Commands that the server does one after the other with nothing in between; rejects where it refuses one of them. */
  together(commands: readonly (readonly string[])[]): Promise<void>;
  /** A command after which no answer need come: SHUTDOWN. What it said, if anything. */
  last(...words: readonly string[]): Promise<string | undefined>;
  /** A new connection, nobody logged in; or why there is none. The caller closes it. */
  enter(): Promise<Connection | string>;
  /** What it, and its file, say of where it listens. */
  listening(): Promise<readonly Listening[]>;
  /** Ids of our connections, as CLIENT LIST has them. */
  readonly ids: ReadonlySet<string>;
  /** What the server was when we first came. */
  readonly first: { readonly onlineReplicas?: number };
  /** Whether it answers at all, with anything but that it is loading. */
  answers(): Promise<'yes' | 'loading' | 'no'>;
  /** Forgets the connection: the next command opens another. */
  drop(): void;
}

export function createSession(node: PlanNode, settings: WorldSettings, place: Place | undefined): Session {
  const credentials = credentialsOf(settings);
  const ids = new Set<string>();
  const first: { onlineReplicas?: number } = {};
  /** What it said of where it listens, the newest first. */
  let seen: readonly Listening[] = [];
  let kept: Connection | undefined;
  let latest: Credential | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const listening = async (): Promise<readonly Listening[]> => {
    const filed = await fileListening(node, place);
    return [...seen, ...(filed ? [filed] : [])];
  };
  const doors = async (): Promise<readonly Door[]> => doorsOf(node, await listening(), settings, place);

  const enter = async (): Promise<Connection | string> => {
    const problems: string[] = [];
    for (const door of await doors()) {
      const connection = await knock(door, settings);
      if (!('failed' in connection)) {
        // A closed port may belong to somebody else by now; a TLS port is silent in plain.
        const greeting = await welcome(connection);
        if (greeting === undefined || !/^(closed|reset|protocol|timed-out|tls|certificate)/.test(greeting))
          return connection;
        connection.close();
        problems.push(`${door.name}: ${greeting}`);
      } else problems.push(`${door.name}: ${connection.detail}`);
    }
    return problems.join('; ').slice(0, 400) || 'there is no way to it';
  };

  /** Every credential at most once, the latest that worked first. */
  const open = async (except: ReadonlySet<Credential>): Promise<Connection> => {
    const order = [...(latest ? [latest] : []), ...credentials.filter((one) => one !== latest)];
    const problems: string[] = [];
    for (const credential of order.filter((one) => !except.has(one))) {
      const connection = await enter();
      if (typeof connection === 'string') throw new Error(`${node.id} does not answer: ${connection}`);
      const refused = await logInAs(connection, credential, settings.tls.insecure);
      const open = refused === undefined || isOpenAnyway(refused);
      const unwelcome = open ? await welcome(connection) : refused;
      if (unwelcome === undefined || !keepsOut(unwelcome)) {
        latest = credential;
        await introduce(connection);
        return connection;
      }
      connection.close();
      problems.push(`${credential.name}: ${unwelcome}`);
    }
    throw new Error(`${node.id} lets nobody of us in: ${problems.join('; ').slice(0, 400)}`);
  };

  const said = async (
    connection: Connection,
    ...words: readonly string[]
  ): Promise<RespValue | undefined> => {
    const answer = await connection.tell([words[0] ?? '', ...bytesOf(words.slice(1))]);
    return failed(answer) || errorIn(answer.value) !== undefined ? undefined : answer.value;
  };

  const introduce = async (connection: Connection): Promise<void> => {
    await said(connection, 'CLIENT', 'SETNAME', connectionName);
    const id = textIn(await said(connection, 'CLIENT', 'ID'));
    if (id !== undefined) ids.add(id);
    if (seen.length > 0) return;
    const found = new Map<string, string>();
    for (const name of listeningSettings)
      for (const pair of pairsIn(await said(connection, 'CONFIG', 'GET', name))) found.set(...pair);
    if (found.size > 0) seen = [found];
    const replication = fieldsIn(textIn(await said(connection, 'INFO', 'replication')) ?? '');
    if (replication.get('role') === 'master') first.onlineReplicas = onlineReplicas(replication);
  };

  const ask = async (words: readonly string[]): Promise<RespValue> => {
    const refused = new Set<Credential>();
    let lost = 0;
    for (;;) {
      kept ??= await open(refused);
      const answer = await kept.tell([words[0] ?? '', ...bytesOf(words.slice(1))]);
      if (failed(answer)) {
        drop();
        lost += 1;
        if (lost > 1) throw new Error(`${node.id} gave no answer to ${words[0]}: ${answer.detail}`);
        continue;
      }
      const error = errorIn(answer.value);
      if (error === undefined) {
        learn(words);
        return answer.value;
      }
      const refusal = refusalOf(words, error);
      // Another of us may do what this one may not.
      if (!/^(NOPERM|NOAUTH)$/.test(refusal.code) || latest === undefined) throw refusal;
      refused.add(latest);
      drop();
      if (credentials.every((one) => refused.has(one))) throw refusal;
      try {
        kept = await open(refused);
      } catch {
        throw refusal;
      }
    }
  };

  /** Once more where the connection broke: then it is not known whether the server has done them. */
  const together = async (commands: readonly (readonly string[])[], again = true): Promise<void> => {
    // A login that may not do this is changed for another by what comes first.
    await ask(['PING']);
    const all = [['MULTI'], ...commands, ['EXEC']];
    let last: RespValue = null;
    for (const [at, words] of all.entries()) {
      const answer = await kept?.tell([words[0] ?? '', ...bytesOf(words.slice(1))]);
      if (answer === undefined || failed(answer)) {
        drop();
        if (again) return together(commands, false);
        throw new Error(`${node.id} gave no answer to ${words[0]}: ${answer?.detail ?? 'no connection'}`);
      }
      last = answer.value;
      const error = errorIn(last);
      if (error === undefined) continue;
      if (at < all.length - 1) drop();
      throw refusalOf(words, error);
    }
    for (const [at, item] of (asItems(last) ?? []).entries()) {
      const error = errorIn(item);
      if (error !== undefined) throw refusalOf(commands[at] ?? [], error);
    }
  };

  /** A door that we open ourselves is one to come back through. */
  const learn = ([command, sub, name = '', value = '']: readonly string[]): void => {
    if (`${command} ${sub}`.toUpperCase() !== 'CONFIG SET' || !isListening(name)) return;
    seen = [new Map([...(seen[0] ?? []), [name, value]]), ...seen].slice(0, 8);
  };

  const drop = (): void => {
    kept?.close();
    kept = undefined;
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work, work);
    turn = result.catch(() => {});
    return result;
  };

  return {
    node,
    ids,
    first,
    listening,
    enter,
    drop,
    ask: (...words) => inTurn(() => ask(words)),
    together: (commands) => inTurn(() => together(commands)),
    last: (...words) =>
      inTurn(async () => {
        kept ??= await open(new Set());
        const answer = await kept.tell(words);
        drop();
        return failed(answer) ? undefined : errorIn(answer.value)?.slice(0, 160);
      }),
    answers: async () => {
      const connection = await enter();
      if (typeof connection === 'string') return /: LOADING/.test(connection) ? 'loading' : 'no';
      const greeting = await welcome(connection);
      connection.close();
      return greeting?.startsWith('LOADING') ? 'loading' : 'yes';
    },
  };
}

const isListening = (name: string): boolean => (listeningSettings as readonly string[]).includes(name);

/** Replicas of a master whose link is up. */
export const onlineReplicas = (replication: ReadonlyMap<string, string>): number =>
  [...replication].filter(([name, value]) => /^slave\d+$/.test(name) && /state=online/.test(value)).length;
