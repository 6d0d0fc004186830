/**
 * The program that `apply` leaves behind: see `library/change/watchdog.ts`. Not for people. It is by itself, so that
 * nothing is loaded that it does not need: an apply waits for it to watch.
 */
import { watchJournal, type Orders } from '../library/change/watchdog.ts';

/** Orders of a plan with many renamed commands are a few kilobytes. */
const longest = 1 << 20;

// Orders come by standard input, since they may hold a password.
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
