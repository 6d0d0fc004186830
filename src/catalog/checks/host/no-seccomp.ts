import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';

export default defineCheck({
  title: 'The server may use every system call',
  severity: 'low',
  why: 'A memory fault that runs code gets the whole kernel to attack: namespaces, bpf, keyrings, ptrace. A filter leaves the two hundred calls or so that a server uses.',
  remedy:
    'Set SystemCallFilter=@system-service in the unit; run a container with the engine’s own seccomp profile, not unconfined.',
  links: ['https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#SystemCallFilter='],
  needs: ['process'],
  uses: ['unit'],
  judge: ({ process: { seccomp } }, { unit: service }) =>
    service.known && seccomp === 0
      ? notApplicable('its unit decides; see weak-sandbox')
      : failEach(
          seccomp === 0
            ? [
                fault('the process has no seccomp filter', [
                  { kind: 'unit', directive: 'SystemCallFilter', value: '@system-service' },
                ]),
              ]
            : [],
        ),
  examples: {
    good: { 'a filter': { process: processFacts({ seccomp: 2 }) } },
    bad: { none: { process: processFacts({ seccomp: 0 }) } },
  },
});
