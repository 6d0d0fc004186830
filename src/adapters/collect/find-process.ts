import { kindOf } from '../../lang/address/index.ts';
import { valueOr, type Collected, type Listener, type Target } from '../../model/index.ts';
import type { FoundProcess } from '../host/index.ts';
import { innerPid } from './inner-pid.ts';
import { sharesNamespace } from '../host/process-root.ts';

const hears = (listener: Listener, host: string, port: number): boolean =>
  listener.port === port &&
  (listener.address === host ||
    kindOf(listener.address) === 'unspecified' ||
    (kindOf(listener.address) === 'loopback' && host === 'localhost'));

/** The process of this host that a target leads to, by the socket that it listens on. */
export function processOf(
  target: Target,
  facts: Partial<Collected>,
  processes: readonly FoundProcess[],
): FoundProcess | undefined {
  if (target.kind === 'unix') {
    return processes.find(({ listeners }) =>
      valueOr(listeners, []).some(({ family, address }) => family === 'unix' && address === target.path),
    );
  }
  const endpoint = facts.endpoint?.known ? facts.endpoint.value : undefined;
  if (target.kind !== 'tcp' || !endpoint?.local) return undefined;
  const matches = processes.filter(({ listeners }) =>
    valueOr(listeners, []).some((listener) => hears(listener, endpoint.address, target.port)),
  );
  const here = matches.filter(({ process }) => sharesNamespace(process.pid, 'net') !== false);
  // Two servers may share a port by SO_REUSEPORT, and a published port leads into a container: there only the
  // server's own word for its process, which the kernel knows too, tells that this is the one.
  const pid = facts.info?.known ? Number(facts.info.value.process_id) : Number.NaN;
  return (
    here.find(({ process }) => process.pid === pid) ??
    (here.length === 1 ? here[0] : undefined) ??
    (here.length === 0 ? onlyOne(matches.filter(({ process }) => innerPid(process.pid) === pid)) : undefined)
  );
}

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);
