import { compareSeverity, type Audit, type Severity } from '../../model/index.ts';

/**
 * 2 when a target failed or nothing could be audited, 1 when a finding weighs at least `failOn`, 2 when a server was
 * met of which too little was seen to call it clean, else 0.
 */
export function exitCodeOf({ servers, failures }: Audit, failOn: Severity): 0 | 1 | 2 {
  if (failures.length > 0 || servers.length === 0) return 2;
  const found = servers.some(({ findings }) =>
    findings.some(({ severity }) => compareSeverity(severity, failOn) >= 0),
  );
  if (found) return 1;
  return servers.some(({ health }) => health === 'unknown') ? 2 : 0;
}
