import { Command } from '@commander-js/extra-typings';
import { watchJournal, type Orders } from '../../index.ts';
import type { ExitCode } from './exit-code.ts';

/** Orders of a plan with many renamed commands are a few kilobytes. */
const longest = 1 << 20;

/** Not for people: `apply` starts it. Orders come by standard input, since they may hold a password. */
export const watchdogCommand = (done: (code: ExitCode) => void) =>
  new Command('watchdog').description('started by apply').action(async () => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of process.stdin) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > longest) throw new Error('these are no orders for a watchdog');
    }
    const orders = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Orders;
    // A terminal that closes must not take it along.
    process.on('SIGHUP', () => undefined);
    process.stdout.on('error', () => undefined);
    process.stdout.write('watching\n');
    await watchJournal(orders);
    done(0);
  });
