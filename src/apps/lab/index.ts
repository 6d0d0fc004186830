import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findServers, type RunningServer, type ServerBinary } from '../../adapters/servers/index.ts';
import { atEnd } from '../../adapters/servers/cleanup.ts';
import { UsageError } from '../library/usage-error.ts';
import { startApplication } from './application.ts';
import { answerQuestions } from './hosts/answering.ts';
import { runInHosts } from './hosts/in-hosts.ts';
import { obeyOrder } from './hosts/inside.ts';
import { ownNamespaces } from './hosts/namespaces.ts';
import type { LabOutcome } from './outcome.ts';
import { ownPlace, sweep } from './place.ts';
import { privateNetwork } from './private-network.ts';
import { weakServer } from './servers.ts';
import { wholeWay } from './whole-way.ts';

export type { LabOutcome };

export interface LabOptions {
  /** A folder with servers that `npm run servers` unpacked; those of the PATH are looked at anyway. */
  readonly directory?: string;
  /** A folder with packet filters' programs that were unpacked, for a machine that has none installed. */
  readonly tools?: string;
  /** Progress, a line each. */
  readonly say: (line: string) => void;
}

/** The newest server there is: it should not be found wanting for its age. */
function newest(servers: readonly ServerBinary[]): ServerBinary {
  const [best] = servers.toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
  if (best) return best;
  throw new UsageError(
    'there is no Redis or Valkey server on this machine to play with',
    'Install one (redis-server, valkey-server), or run ./keyward lab from a checkout: it unpacks one into its cache.',
  );
}

/**
 * Starts a deliberately weak real server with a live application in a temporary place, and goes the whole way: audit,
 * plan, apply, confirm, prove, and audit again. Nothing is left behind.
 *
 * The server listens on every address. Where the system lets us, it lives on a host of its own, with an application, an
 * attacker, a container and an Internet around it: networks that lead nowhere else. Where not, it is alone in such a
 * network, or listens on loopback only.
 */
export async function runLab({ directory, tools, say }: LabOptions): Promise<LabOutcome> {
  const server = newest(await findServers(directory === undefined ? {} : { directory }));
  sweep();
  const place = ownPlace();
  const state = process.env.KEYWARD_STATE;
  const leave = (): void => {
    rmSync(place, { recursive: true, force: true });
    if (state === undefined) delete process.env.KEYWARD_STATE;
    else process.env.KEYWARD_STATE = state;
  };
  const forget = atEnd(leave);
  try {
    const own = await ownNamespaces();
    if ('why' in own) {
      say(`left out: the hosts around the server and its firewall, since ${own.why}`);
      process.env.KEYWARD_STATE = place;
      return await alone(server, place, say);
    }
    say(`starting a weak ${server.product} ${server.version} on a host of its own, with others around it`);
    const order = { place, binary: server.path, ...(tools === undefined ? {} : { tools }) };
    return await runInHosts(own.words, order, say);
  } finally {
    leave();
    forget();
    say('the server is stopped and removed');
  }
}

/** Without hosts around it. */
async function alone(
  { product, version, path }: ServerBinary,
  place: string,
  say: LabOptions['say'],
): Promise<LabOutcome> {
  let running: RunningServer | undefined;
  try {
    const within = await privateNetwork();
    say(
      `starting a weak ${product} ${version} ${within ? 'in a network of its own that leads nowhere' : 'on loopback only'}`,
    );
    const { server, target, address } = await weakServer(path, { dir: place, ...(within ? { within } : {}) });
    running = server;
    const secretsFile = join(place, 'secrets.json');
    return await wholeWay(
      {
        target,
        secretsFile,
        answers: new Map(),
        startApplication: async () => startApplication(address, secretsFile),
      },
      say,
    );
  } finally {
    await running?.stop();
  }
}

/** What the processes do that the lab starts for itself; nothing for people. */
export async function runLabPart(part: string): Promise<void> {
  if (process.send === undefined) throw new UsageError('the lab starts its parts itself', 'Run keyward lab.');
  await (part === 'inside' ? obeyOrder() : answerQuestions());
}
