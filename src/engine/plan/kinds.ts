import type { StepKind } from '../../model/index.ts';

/** Every kind of step, in the order in which they come: what `--only` and `--except` know beside checks and themes. */
const kinds: Readonly<Record<StepKind, true>> = {
  administrator: true,
  user: true,
  'close-default': true,
  'delete-user': true,
  'narrow-user': true,
  password: true,
  'rotate-add': true,
  'rotate-remove': true,
  'replication-login': true,
  'sentinel-login': true,
  bind: true,
  'protected-mode': true,
  setting: true,
  limits: true,
  switches: true,
  tls: true,
  'plain-port': true,
  'client-certificates': true,
  'unix-socket': true,
  firewall: true,
  'rename-command': true,
  files: true,
  'run-as': true,
  sandbox: true,
  restart: true,
};
export const stepKinds: ReadonlySet<string> = new Set(Object.keys(kinds));
