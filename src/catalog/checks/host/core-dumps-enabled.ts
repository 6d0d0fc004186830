import { defineCheck, fail, pass } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';

export default defineCheck({
  title: 'A crash leaves all data in a core file',
  severity: 'low',
  why: 'A core holds keys, values and the passwords in memory. It lies in the working folder or in /var/lib/systemd/coredump, is collected by crash reporters, and a hole that crashes the server makes one on demand.',
  remedy: 'Set LimitCORE=0 in the unit (ulimit -c 0 elsewhere), unless you are hunting a crash.',
  links: ['https://man7.org/linux/man-pages/man5/core.5.html'],
  needs: ['process'],
  judge({ process: { limits } }) {
    const core = limits.core ?? 0;
    if (core === 0) return pass;
    return fail(`cores may have ${core === -1 ? 'any size' : `${core} bytes`}`, {
      kind: 'unit',
      directive: 'LimitCORE',
      value: '0',
    });
  },
  examples: {
    good: {
      off: { process: processFacts() },
      'no limit is known': { process: processFacts({ limits: {} }) },
    },
    bad: { unlimited: { process: processFacts({ limits: { core: -1 } }) } },
  },
});
