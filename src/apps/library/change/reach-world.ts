import { createWorld } from '../../../adapters/apply/index.ts';
import { placeNamed, type Tunnel } from '../../../adapters/place/index.ts';
import type { Secret } from '../../../adapters/journal/secrets-file.ts';
import type { PlanNode, World } from '../../../model/index.ts';
import type { ReachOptions } from './options.ts';

export type OpenWorld = World & { close(): Promise<void> };

/** The real world of these servers: their connections, and the hosts of their files. */
export const reachWorld = (
  nodes: readonly PlanNode[],
  { login, tls, timeout, renames, sshConfig, allowPublic }: ReachOptions,
  secrets: Readonly<Record<string, Secret>> = {},
  from?: Tunnel,
): OpenWorld =>
  createWorld({
    nodes,
    login: login ?? {},
    tls: tls ?? { insecure: false },
    secrets: new Map(Object.entries(secrets)),
    timeout: timeout ?? 3000,
    place: (host) => placeNamed(host, sshConfig),
    allowPublic: allowPublic ?? false,
    ...(from ? { from } : {}),
    ...(renames ? { renames } : {}),
  });
