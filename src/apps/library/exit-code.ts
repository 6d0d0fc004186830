import { compareSeverity, type Audit, type Severity } from '../../model/index.ts';

/** 2 when nothing could be audited or a target failed, 1 when a finding weighs at least `failOn`, else 0. */
export function exitCodeOf({ servers, failures }: Audit, failOn: Severity): 0 | 1 | 2 {
  if (failures.length > 0 || servers.length === 0) return 2;
  return servers.some(({ findings }) =>
    findings.some(({ severity }) => compareSeverity(severity, failOn) >= 0),
  )
    ? 1
    : 0;
}
