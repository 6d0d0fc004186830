import type { Census, ClientLook } from '../../model/index.ts';
import { addLook, censusOf } from './merge.ts';
import { nothingSeen } from './tally.ts';

export interface CensusOptions {
  /** Of the plan. */
  readonly node: string;
  /** One look at the clients, as `lookAtClients` of the adapters takes it. */
  readonly look: () => Promise<ClientLook>;
  /** How long to look; 0 is one look. */
  readonly seconds: number;
  /** Milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

/** Milliseconds between looks, by how long is looked. */
const between = (seconds: number): number => Math.min(1000, Math.max(200, (seconds * 1000) / 20));

/**
 * Who uses a server: one look, or one every 200 ms to 1 s for the time asked. A server with so many clients that a
 * look takes long is looked at less often, so that it spends at most a tenth of its time on us. Ends early where a
 * look fails, and says so in `doubts`.
 *
 * @example await takeCensus({ node: 'n1', look: () => lookAtClients(ask), seconds: 10, pause, clock })
 */
export async function takeCensus({ node, look, seconds, pause, clock }: CensusOptions): Promise<Census> {
  const began = clock();
  const ends = began + seconds * 1000;
  let tally = nothingSeen;
  for (;;) {
    const from = clock();
    tally = addLook(tally, await look());
    const now = clock();
    if (tally.why !== undefined || now >= ends) break;
    await pause(Math.min(ends - now, Math.max(between(seconds), (now - from) * 9)));
  }
  return censusOf(tally, node, Math.round((clock() - began) / 100) / 10);
}
