import { defineCheck, failEach, fault } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';

export default defineCheck({
  title: 'The server may use every system call',
  severity: 'low',
  why: 'A memory fault that runs code gets the whole kernel to attack: namespaces, bpf, keyrings, ptrace. A filter leaves the two hundred calls or so that a server uses.',
  remedy: 'SystemCallFilter=@system-service in the unit; in a container, do not run with seccomp=unconfined.',
  links: ['https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#SystemCallFilter='],
  needs: ['process'],
  judge: ({ process: { seccomp } }) =>
    failEach(
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
