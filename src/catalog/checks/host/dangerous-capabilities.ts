import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { processFacts } from '../../example-facts.ts';
import { isContained } from '../../readings/listening.ts';
import { listed } from '../../readings/values.ts';

/** Each of these is root by another name, or a way out of a container. */
const rootLike: ReadonlySet<string> = new Set(
  'CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_SYS_MODULE CAP_SYS_RAWIO CAP_DAC_READ_SEARCH CAP_BPF CAP_SYS_BOOT CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_NET_ADMIN CAP_PERFMON'.split(
    ' ',
  ),
);
/** These are, for a process that is not root anyhow. */
const forOthers: ReadonlySet<string> = new Set(
  'CAP_DAC_OVERRIDE CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_SETFCAP CAP_CHOWN CAP_FOWNER CAP_MKNOD CAP_SYS_CHROOT CAP_NET_RAW CAP_KILL'.split(
    ' ',
  ),
);

export default defineCheck({
  title: 'The server’s process has rights of the system',
  severity: 'medium',
  why: 'A capability is a piece of root: with CAP_DAC_OVERRIDE no file is closed to the server, with CAP_SYS_ADMIN no container holds it. The server needs none, except CAP_NET_BIND_SERVICE for ports below 1024 and CAP_SYS_RESOURCE for more files.',
  remedy:
    'Drop them: CapabilityBoundingSet= and AmbientCapabilities= left empty in the unit, --cap-drop ALL for a container.',
  links: ['https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  needs: ['process'],
  uses: ['container'],
  judge({ process: { uid, capabilities } }, { container }) {
    if (uid === 0 && !isContained(container))
      return notApplicable('it runs as root and has them all; see runs-as-root');
    const grave = capabilities.filter((name) => rootLike.has(name));
    const others = uid === 0 ? [] : capabilities.filter((name) => forOthers.has(name));
    const all = [...grave, ...others];
    if (all.length === 0) return failEach([]);
    return failEach([
      fault(`has ${listed(all, 8)}`, [{ kind: 'unit', directive: 'CapabilityBoundingSet', value: '' }], {
        severity: grave.some((name) => name !== 'CAP_NET_ADMIN') ? 'high' : 'medium',
      }),
    ]);
  },
  examples: {
    good: {
      none: { process: processFacts() },
      'what a server may need': {
        process: processFacts({ capabilities: ['CAP_NET_BIND_SERVICE', 'CAP_SYS_RESOURCE'] }),
      },
      'root in a container, with the usual set': {
        process: processFacts({
          uid: 0,
          capabilities: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_SETUID', 'CAP_NET_RAW'],
        }),
        container: { kind: 'docker' },
      },
    },
    bad: {
      'ambient ones from a unit': { process: processFacts({ capabilities: ['CAP_DAC_OVERRIDE'] }) },
      'a container with more': {
        process: processFacts({ uid: 0, capabilities: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] }),
        container: { kind: 'docker' },
      },
    },
    other: {
      'root of the host': {
        facts: { process: processFacts({ uid: 0, capabilities: ['CAP_SYS_ADMIN'] }), container: 'none' },
        verdict: 'not-applicable',
      },
    },
  },
});
