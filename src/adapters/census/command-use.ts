import type { CommandUse } from '../../model/index.ts';
import { questions } from '../server/read-only.ts';

/** More than any server has with all of its modules; who tells more tells stories. */
const mostCommands = 5000;

/** What we send ourselves, at some time or other. Before 7.0 servers count a container as one: then it goes whole. */
const own: ReadonlySet<string> = new Set(
  [...questions, 'AUTH'].flatMap((name) => {
    const [container = '', ...parts] = name.toLowerCase().split(' ');
    return [container, [container, ...parts].join('|')];
  }),
);

/** What else the server tells of its statistics. */
export interface Counted {
  /** Seconds since the server started. */
  readonly uptime: number | undefined;
  /** Connections accepted since the statistics begin. */
  readonly received: number | undefined;
  /** Connections that are there now. */
  readonly connected: number;
  /** Number of the newest connection, counted since the start; NaN where it is not known. */
  readonly newest: number;
}

/**
 * The commands that were called, by INFO commandstats of any version; `undefined` where the server does not count
 * them. Calls that were denied do not count. CONFIG RESETSTAT leaves no date: it shows in its own count (7.0 and
 * later), and in fewer connections accepted than there are; then `seconds` is 0.
 *
 * @example commandUse('cmdstat_get:calls=2,usec=3', { uptime: 60, received: 5, connected: 2, newest: 6 })
 * // { commands: ['get'], seconds: 60 }
 */
export function commandUse(commandstats: string, counted: Counted): CommandUse | undefined {
  const called = commandstats.split('\n').flatMap(calledCommand);
  if (called.length === 0 || called.length > mostCommands) return undefined;
  return {
    commands: [...new Set(called)].filter((name) => !own.has(name)).toSorted(),
    seconds: called.includes('config|resetstat') || wasReset(counted) ? 0 : (counted.uptime ?? 0),
  };
}

const prefix = 'cmdstat_';
const calls = ':calls=';

function calledCommand(line: string): readonly string[] {
  const end = line.indexOf(calls);
  if (!line.startsWith(prefix) || end < 0) return [];
  const name = line.slice(prefix.length, end).toLowerCase();
  const [count = ''] = line.slice(end + calls.length, end + calls.length + 30).split(/[,\r]/, 1);
  return /^[!-~]{1,128}$/.test(name) && /^\d+$/.test(count) && Number(count) > 0 ? [name] : [];
}

/** Some connections get a number and are not counted, so a small gap says nothing. */
const wasReset = ({ received, connected, newest }: Counted): boolean =>
  received !== undefined && (received < connected || newest > received * 2 + 100);
