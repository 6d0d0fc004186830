import { defineCheck, fail, notApplicable, pass, undecided } from '../../define-check.ts';

export default defineCheck({
  title: 'The container is privileged',
  severity: 'high',
  why: 'A privileged container sees the devices of the host and may mount its disks: who runs code in it runs code on the host.',
  remedy:
    'Start the container without --privileged (privileged: false); a server needs no capability at all.',
  links: ['https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities'],
  needs: ['container'],
  judge({ container }) {
    if (container === 'none') return notApplicable('it runs in no container');
    if (container.privileged === undefined)
      return undecided('whether the container is privileged could not be seen');
    return container.privileged
      ? fail(
          `the ${container.kind === 'unknown' ? '' : `${container.kind} `}container${container.id ? ` ${container.id.slice(0, 12)}` : ''} has every capability`,
          {
            kind: 'investigate',
            what: 'why the container was started with --privileged',
          },
        )
      : pass;
  },
  examples: {
    good: { 'an ordinary one': { container: { kind: 'docker', privileged: false } } },
    bad: { privileged: { container: { kind: 'docker', id: '4d1f0c9be1a2', privileged: true } } },
    other: {
      'no container': { facts: { container: 'none' }, verdict: 'not-applicable' },
      'not seen': { facts: { container: { kind: 'kubernetes' } }, verdict: 'unknown' },
    },
  },
});
