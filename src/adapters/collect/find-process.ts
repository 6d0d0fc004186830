import { kindOf } from '../../lang/address/index.ts';
import { valueOr, type Collected, type Listener, type Target } from '../../model/index.ts';
import type { FoundProcess } from '../host/index.ts';

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
  // Two containers may listen on the same port in networks of their own: the server's own pid decides.
  const pid = facts.info?.known ? Number(facts.info.value.process_id) : Number.NaN;
  return (
    matches.find(({ process }) => process.pid === pid) ?? (matches.length === 1 ? matches[0] : undefined)
  );
}
