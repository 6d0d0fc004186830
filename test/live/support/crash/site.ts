/** What a weakness is tried on: machines, how they are reached, and the plan that mends them. */
import type { Place } from '../../../../src/adapters/place/index.ts';
import type { PlanOptions } from '../../../../src/apps/library/change/options.ts';
import { makePlan } from '../../../../src/apps/library/change/make-plan.ts';
import type { Plan, PolicyName } from '../../../../src/model/index.ts';
import type { MatrixServer } from '../servers.ts';
import { startMachine, type Machine } from './machine.ts';

export interface Site {
  /** In the order of the targets: `n1`, `n2`, … */
  readonly machines: readonly Machine[];
  readonly targets: readonly string[];
  readonly login?: { readonly user?: string; readonly password?: string };
  readonly tls?: { readonly ca: string; readonly insecure: false };
  /** Where their files are, and how their programs are run; this host as it is where absent. */
  readonly place?: () => Place;
  /** The plan, where it is made in another way. */
  readonly plan?: (targets: readonly string[], options: SitePlan) => Promise<Plan>;
  /** Before anybody looks at what there is. */
  readonly beforeLook?: () => Promise<unknown>;
}

export type SitePlan = PlanOptions & { readonly policy: PolicyName };

/** A way to be weak, which asks for steps. */
export interface Weakness {
  readonly name: string;
  readonly begin: (server: MatrixServer) => Promise<Site>;
  /** What the plan is asked for beside; a strict one with everything where absent. */
  readonly plan?: PlanOptions;
  /** Servers that cannot be weak in this way, and why. */
  readonly unless?: (server: MatrixServer) => string | undefined;
}

/** One server, reached in plain text. */
export const alone =
  (
    lines: (server: MatrixServer, dir: string) => readonly string[],
    {
      files,
      login,
    }: {
      readonly files?: (server: MatrixServer, dir: string) => void;
      readonly login?: (server: MatrixServer) => NonNullable<Site['login']>;
    } = {},
  ): Weakness['begin'] =>
  async (server) => {
    const machine = await startMachine(server, {
      lines: ({ dir }) => lines(server, dir),
      files: ({ dir }) => files?.(server, dir),
    });
    return { machines: [machine], targets: [plain(machine)], ...(login ? { login: login(server) } : {}) };
  };

export const plain = ({ port }: Machine): string => `redis://127.0.0.1:${port}`;

/** The plan of a site: strict, with everything that the user is asked for answered. */
export async function planOf(
  { machines, targets, login = {}, tls, plan }: Site,
  asked: PlanOptions | undefined,
): Promise<Plan> {
  const [first] = machines;
  const options: SitePlan = {
    policy: 'strict',
    allowRestart: true,
    censusSeconds: 0,
    // Of a busy machine: who does not answer in time is not known, and nothing is planned for him.
    timeout: 30_000,
    login,
    ...(tls ? { tls } : {}),
    ...asked,
    answers: new Map([
      ['maxmemory', '64mb'],
      ['tls-port', String(first?.tlsPort ?? 0)],
      ['bind', '127.0.0.1'],
    ]),
  };
  return plan ? plan(targets, options) : (await makePlan(targets, options)).plan;
}

export const hasUsers = ({ atLeast }: MatrixServer): boolean => atLeast(6, 0);
export const hasSwitches = (server: MatrixServer): boolean =>
  server.product === 'valkey' || server.atLeast(7, 0);
/** `&*`, where there are channels. */
export const channels = (server: MatrixServer): string =>
  server.product === 'valkey' || server.atLeast(6, 2) ? '&* ' : '';
