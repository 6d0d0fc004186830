import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';

export default defineCheck({
  title: 'A program started by the server may gain rights',
  severity: 'low',
  why: 'Without no_new_privs an intruder in the server’s process can start setuid programs (sudo, su, pkexec and what has holes among them) to become root. The server itself starts none.',
  remedy: 'Set NoNewPrivileges=yes in the unit, or give the container --security-opt no-new-privileges.',
  links: ['https://docs.kernel.org/userspace-api/no_new_privs.html'],
  needs: ['process'],
  uses: ['unit'],
  judge({ process: { uid, noNewPrivileges } }, { unit: service }) {
    if (uid === 0) return notApplicable('it is root already; see runs-as-root');
    if (service.known && !noNewPrivileges) return notApplicable('its unit decides; see weak-sandbox');
    return failEach(
      noNewPrivileges
        ? []
        : [fault('no_new_privs is not set', [{ kind: 'unit', directive: 'NoNewPrivileges', value: 'yes' }])],
    );
  },
  examples: {
    good: { set: { process: processFacts() } },
    bad: { 'not set': { process: processFacts({ noNewPrivileges: false }) } },
    other: {
      root: {
        facts: { process: processFacts({ uid: 0, noNewPrivileges: false }) },
        verdict: 'not-applicable',
      },
    },
  },
});
