import { kindOf } from '../../lang/address/index.ts';
import { valueOr, type Collected, type Listener, type Target } from '../../model/index.ts';
import type { FoundProcess, SeenProcess } from '../host/index.ts';
import { innerPid } from './inner-pid.ts';
import { sharesNamespace } from '../host/process-root.ts';

const hears = (listener: Listener, host: string, port: number): boolean =>
  listener.port === port &&
  (listener.address === host ||
    kindOf(listener.address) === 'unspecified' ||
    (kindOf(listener.address) === 'loopback' && host === 'localhost'));

const listensSo = async (process: SeenProcess, so: (listener: Listener) => boolean): Promise<boolean> =>
  valueOr(await process.listeners(), []).some(so);

/** Those that listen so, in their order. */
async function listening(
  processes: readonly SeenProcess[],
  so: (listener: Listener) => boolean,
): Promise<readonly SeenProcess[]> {
  const found = await Promise.all(
    processes.map(async (process) => ((await listensSo(process, so)) ? [process] : [])),
  );
  return found.flat();
}

/**
 * The process of this host that a target leads to, by the socket that it listens on. Of the others as little is read
 * as will do: a host may have hundreds.
 */
export async function processOf(
  target: Target,
  facts: Partial<Collected>,
  seen: () => Promise<readonly SeenProcess[]>,
): Promise<FoundProcess | undefined> {
  if (target.kind === 'unix') {
    const isSocket = ({ family, address }: Listener): boolean => family === 'unix' && address === target.path;
    return (await listening(await seen(), isSocket))[0]?.describe();
  }
  const endpoint = facts.endpoint?.known ? facts.endpoint.value : undefined;
  if (target.kind !== 'tcp' || !endpoint?.local) return undefined;
  const isDoor = (listener: Listener): boolean => hears(listener, endpoint.address, target.port);
  const isHere = ({ pid }: SeenProcess): boolean => sharesNamespace(pid, 'net') !== false;
  // Two servers may share a port by SO_REUSEPORT, and a published port leads into a container: there only the
  // server's own word for its process, which the kernel knows too, tells that this is the one.
  const told = facts.info?.known ? Number(facts.info.value.process_id) : Number.NaN;
  const processes = await seen();
  const named = processes.find(({ pid }) => pid === told);
  if (named && isHere(named) && (await listensSo(named, isDoor))) return named.describe();
  const matches = await listening(processes, isDoor);
  const here = matches.filter(isHere);
  const one = here.length > 0 ? onlyOne(here) : onlyOne(matches.filter(({ pid }) => innerPid(pid) === told));
  return one?.describe();
}

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);
