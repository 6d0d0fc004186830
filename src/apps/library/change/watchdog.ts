/**
 * The watchdog: a small process of its own that outlives whoever applies. It looks at the journal, and at the process
 * that writes it. When that process dies in the middle, or when nobody confirms in time, it puts everything back.
 *
 * It measures the time with a clock that only goes forward, from when it first sees the plan applied, so that a date
 * that jumps does not matter. What it needs to log in comes through standard input, never by argument or environment.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '../../../adapters/journal/lock.ts';
import { finishJournal } from './finish.ts';
import { openJournal } from './journals.ts';
import type { ReachOptions } from './options.ts';

/** What the watchdog is told, as one line of JSON. */
export interface Orders {
  readonly journal: string;
  readonly applier: { readonly pid: number; readonly started: string };
  readonly reach: Omit<ReachOptions, 'renames'> & {
    readonly renames: readonly (readonly [string, string])[];
  };
}

/** Milliseconds between two looks; and the longest between two attempts at an undo that is stuck. */
const glance = 200;
const longest = 30_000;
/** How long it goes on trying where it is stuck, milliseconds: a day. */
const stubborn = 86_400_000;

/** A program of ours: beside the library where it is bundled, else in the sources. */
export function programNamed(name: 'cli' | 'watchdog'): string {
  for (const place of [`./${name}.js`, `../${name}.js`, `../../${name}/main.ts`]) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error(`the program ${name} of Keyward is not beside its library`);
}

/** It keeps no folder busy, so what is named from ours is named from the root. */
function fromRoot({ reach, ...orders }: Orders): Orders {
  const { tls, sshConfig } = reach;
  const files = Object.entries({ ca: tls?.ca, cert: tls?.cert, key: tls?.key });
  return {
    ...orders,
    journal: resolve(orders.journal),
    reach: {
      ...reach,
      ...(tls
        ? {
            tls: {
              ...tls,
              ...Object.fromEntries(files.flatMap(([name, path]) => (path ? [[name, resolve(path)]] : []))),
            },
          }
        : {}),
      ...(sshConfig === undefined ? {} : { sshConfig: resolve(sshConfig) }),
    },
  };
}

/** The same for its state; and no password is handed on. */
function environment(): NodeJS.ProcessEnv {
  const { KEYWARD_STATE, XDG_STATE_HOME } = process.env;
  return {
    ...process.env,
    REDISCLI_AUTH: undefined,
    ...(KEYWARD_STATE ? { KEYWARD_STATE: resolve(KEYWARD_STATE) } : {}),
    ...(XDG_STATE_HOME ? { XDG_STATE_HOME: resolve(XDG_STATE_HOME) } : {}),
  };
}

/** Starts it, and comes back when it watches. */
export async function startWatchdog(orders: Orders): Promise<number> {
  const child = spawn(process.execPath, [programNamed('watchdog')], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: '/',
    env: environment(),
  });
  await new Promise<void>((watches, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the watchdog ended before it watched')));
    child.stdout.once('data', () => watches());
    child.stdin.on('error', reject);
    child.stdin.end(JSON.stringify(fromRoot(orders)));
  });
  child.removeAllListeners('exit');
  child.stdout.destroy();
  child.unref();
  return child.pid ?? 0;
}

/** What the program does. Ends when the journal has. */
export async function watchJournal({ journal: path, applier, reach }: Orders): Promise<void> {
  const options: ReachOptions = { ...reach, renames: new Map(reach.renames) };
  let applied: number | undefined;
  let pause = glance;
  const began = performance.now();
  for (;;) {
    await wait(pause);
    // Taken away: nothing was begun, or it ended on a full disk (see `markEnded`).
    if (!existsSync(path)) return;
    const journal = readable(path);
    if (!journal) continue;
    const { standing, confirmWithin } = journal;
    if (standing.kind === 'ended' && standing.outcome.kind !== 'stuck') return;
    if (standing.kind === 'applied' && standing.confirmed) return;
    if (standing.kind === 'applied') applied ??= performance.now();
    const working = isAlive(applier);
    const expired = applied !== undefined && performance.now() - applied >= confirmWithin * 1000;
    if (standing.kind === 'applied' ? !expired : working) continue;
    // Whoever dies tidily takes the journal away first: there is nothing left to watch, and no folder to make anew.
    if (!existsSync(path)) return;
    const settled = await finishJournal(journal, options, { expired }).catch(() => undefined);
    if (settled && settled.kind !== 'stuck' && settled.kind !== 'waiting') return;
    if (performance.now() - began > stubborn) return;
    pause = Math.min(longest, pause * 2);
  }
}

/** What cannot be read just now is looked at again. */
function readable(path: string): ReturnType<typeof openJournal> | undefined {
  try {
    return openJournal(path);
  } catch {
    return undefined;
  }
}
