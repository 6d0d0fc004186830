import { isAbsolute } from 'node:path/posix';
import { rootOf } from '../../../adapters/host/index.ts';
import {
  valueOr,
  type PlanNode,
  type RestartWay,
  type ServerAudit,
  type View,
} from '../../../model/index.ts';

/** An audited server as a plan names it, with the places where it keeps its state. */
export function nodeOf(id: string, audit: ServerAudit, view: View, host: string | undefined): PlanNode {
  const { facts, target } = audit.evidence;
  const identity = valueOr(view.identity, undefined);
  const mode = identity?.mode ?? 'standalone';
  const placed = host ?? (isOfThisHost(audit) ? 'here' : undefined);
  const conf = facts.conf.known
    ? facts.conf.value.path
    : facts.info.known
      ? facts.info.value.config_file
      : undefined;
  const aclFile = aclFileOf(audit, view);
  const restart = restartOf(audit);
  return {
    id,
    target,
    ...(placed ? { host: placed } : {}),
    product: identity?.product ?? 'unknown',
    version: identity?.version ?? '',
    mode,
    role: mode === 'sentinel' ? 'sentinel' : (identity?.role ?? 'master'),
    ...(placed && conf && isAbsolute(conf) ? { conf } : {}),
    ...(aclFile ? { aclFile } : {}),
    ...(placed && restart ? { restart } : {}),
  };
}

/** Its process is one of ours to see, and it sees the same files as we do. */
function isOfThisHost({ evidence: { facts } }: ServerAudit): boolean {
  if (!facts.process.known) return false;
  const { path, sure } = rootOf(facts.process.value.pid);
  return sure && path === '/';
}

function aclFileOf({ evidence: { facts } }: ServerAudit, view: View): string | undefined {
  if (facts.aclFile.known) return facts.aclFile.value.path;
  const said = view.settings.known ? view.settings.value.aclfile?.value : undefined;
  return typeof said === 'string' && isAbsolute(said) ? said : undefined;
}

function restartOf({ evidence: { facts } }: ServerAudit): RestartWay | undefined {
  if (facts.unit.known) return { kind: 'systemd', unit: facts.unit.value.name };
  return facts.process.known ? { kind: 'relaunch' } : undefined;
}
