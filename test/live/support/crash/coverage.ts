/**
 * Which weakness tries which kind of step, and which servers cannot have it. A new kind of step does not compile before
 * it stands here; what stands here fails where it was not tried.
 */
import type { StepKind } from '../../../../src/model/index.ts';
import type { MatrixServer } from '../servers.ts';
import { hasSwitches, hasUsers } from './site.ts';

interface Cover {
  /** File of `test/live`, without its ending, that tries it with each fault. */
  readonly by: string;
  /** Why this server has no such step. */
  readonly unless?: (server: MatrixServer) => string | undefined;
}

const noUsers = (server: MatrixServer): string | undefined =>
  hasUsers(server) ? undefined : 'there are no users before 6.0';
const noTls = (server: MatrixServer): string | undefined =>
  hasUsers(server) ? undefined : 'there is no TLS before 6.0';

export const coverage: Readonly<Record<StepKind, Cover>> = {
  administrator: { by: 'crash/open', unless: noUsers },
  user: { by: 'crash/open', unless: noUsers },
  'close-default': { by: 'crash/open', unless: noUsers },
  'delete-user': { by: 'crash/network', unless: noUsers },
  'narrow-user': { by: 'crash/weak-passwords', unless: noUsers },
  password: { by: 'crash/acl-file' },
  'rotate-add': { by: 'crash/weak-passwords', unless: noUsers },
  'rotate-remove': { by: 'crash/weak-passwords', unless: noUsers },
  'replication-login': { by: 'crash/links' },
  'sentinel-login': { by: 'crash/links' },
  bind: { by: 'crash/network' },
  'protected-mode': { by: 'crash/open' },
  setting: { by: 'crash/open' },
  limits: { by: 'crash/open' },
  switches: {
    by: 'crash/open',
    unless: (server) => (hasSwitches(server) ? undefined : 'there are no such switches before 7.0'),
  },
  tls: { by: 'crash/network', unless: noTls },
  'plain-port': { by: 'crash/encrypted', unless: noTls },
  'client-certificates': { by: 'crash/encrypted', unless: noTls },
  'unix-socket': { by: 'crash/open' },
  firewall: {
    by: 'crash/firewall',
    unless: () => 'the rules are those of the host, whatever server it has',
  },
  'rename-command': {
    by: 'crash/open',
    unless: (server) => (hasUsers(server) ? 'users are denied commands from 6.0 on' : undefined),
  },
  files: { by: 'crash/open' },
  'run-as': { by: 'crash/units' },
  sandbox: { by: 'crash/units' },
  restart: { by: 'crash/units' },
};

/** Kinds that a weakness must try on this server. */
export const owedBy = (by: string, server: MatrixServer): readonly StepKind[] =>
  Object.entries(coverage).flatMap(([kind, cover]) =>
    cover.by === by && cover.unless?.(server) === undefined ? [kind as StepKind] : [],
  );
