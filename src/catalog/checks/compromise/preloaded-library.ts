import { defineCheck, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';
import { orUnread } from '../../readings/host-signs.ts';

/** Libraries that distributions and vendors preload: Raspberry Pi OS, snoopy, allocators, tracing agents, fast sockets. */
const known =
  /^\/(?:usr|lib|lib64|opt)\/\S{0,200}(?:libarmmem|libcofi_rpi|libsnoopy|libeatmydata|libjemalloc|libtcmalloc|libmimalloc|liboneagent|libonload|libsystemd-coredump)\S{0,60}\.so\S{0,20}$/;

const libraries = (seen: string): readonly string[] =>
  seen.split(/[\s,;:"'`]+/).filter((word) => word.startsWith('/') && word.includes('.so'));

export default defineCheck({
  title: 'A library is preloaded into every program of this host',
  severity: 'critical',
  why: '/etc/ld.so.preload is how the rootkits of these worms hide their processes, files and connections from ps, ls and from every audit, this one included.',
  remedy:
    'Find out which package the library belongs to. If none: take the host off the network, look at it from another system, and rebuild.',
  links: ['https://attack.mitre.org/techniques/T1574/006/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    orUnread(
      hostSigns
        .filter(({ kind }) => kind === 'ld-so-preload')
        .filter(({ seen }) => {
          const names = libraries(seen);
          return names.length === 0 || !names.every((name) => known.test(name));
        })
        .map(({ path, seen }) =>
          fault(
            `${path}: ${seen}`,
            [{ kind: 'investigate', what: `${seen}, from a system that does not load it` }],
            { where: { file: path } },
          ),
        ),
      hostSigns,
      'preloads',
    ),
  examples: {
    good: {
      nothing: { hostSigns: [] },
      'Raspberry Pi OS': {
        hostSigns: [
          hostSign(
            'ld-so-preload',
            '/etc/ld.so.preload',
            '/usr/lib/arm-linux-gnueabihf/libarmmem-${PLATFORM}.so',
          ),
        ],
      },
    },
    other: {
      'a place that could not be read': {
        facts: { hostSigns: [hostSign('unread', '/etc/ld.so.preload', 'could not be read')] },
        verdict: 'unknown',
      },
    },
    bad: {
      'a rootkit': {
        hostSigns: [hostSign('ld-so-preload', '/etc/ld.so.preload', '/usr/local/lib/libprocesshider.so')],
      },
      'a rootkit beside a known one': {
        hostSigns: [
          hostSign('ld-so-preload', '/etc/ld.so.preload', '/usr/lib/libsnoopy.so /tmp/libjemalloc.so'),
        ],
      },
    },
  },
});
