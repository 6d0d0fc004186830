import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { programNamed } from '../../library/change/watchdog.ts';

export type Part = 'inside' | 'host';

/** In a bundle only the command line is there, and starts as fast. */
function programOf(part: Part): readonly string[] {
  const alone = fileURLToPath(new URL('./host-program.ts', import.meta.url));
  return part === 'host' && existsSync(alone) ? [alone] : [programNamed('cli'), 'lab', '--part', part];
}

/** A process of our own program behind these words, that is talked to by messages and ends when we do. */
export function startPart(words: readonly string[], part: Part, env: NodeJS.ProcessEnv): ChildProcess {
  // It runs the same sources: what we compiled of them, it need not.
  flushCompileCache();
  const [program = '', ...args] = [...words, process.execPath, ...programOf(part)];
  return spawn(program, args, {
    // A terminal's Ctrl-C is for us alone: we end all that we started, in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env,
  });
}
