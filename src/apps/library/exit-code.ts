import { compareSeverity, type Audit, type ServerAudit, type Severity } from '../../model/index.ts';

/** Who may do what, or how the server is set up, was kept from us: what was not seen is not clean. */
const tooLittle = ({ health, missing }: ServerAudit): boolean =>
  health === 'unknown' ||
  missing.some(
    ({ fact, why }) =>
      (fact === 'users' || fact === 'settings') && (why === 'no-access' || why === 'timed-out'),
  );

/**
 * 2 when a target failed or nothing could be audited, 1 when a finding weighs at least `failOn`, 2 when of a server too
 * little was seen to call it clean, else 0.
 */
export function exitCodeOf({ servers, failures }: Audit, failOn: Severity): 0 | 1 | 2 {
  if (failures.length > 0 || servers.length === 0) return 2;
  const found = servers.some(({ findings }) =>
    findings.some(({ severity }) => compareSeverity(severity, failOn) >= 0),
  );
  if (found) return 1;
  return servers.some(tooLittle) ? 2 : 0;
}
