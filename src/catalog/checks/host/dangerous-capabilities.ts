import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { rootLike } from '../../readings/capabilities.ts';
import { processFacts } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

/** These are, for a process that is not root anyhow. */
const forOthers: ReadonlySet<string> = new Set(
  'CAP_DAC_OVERRIDE CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_SETFCAP CAP_CHOWN CAP_FOWNER CAP_MKNOD CAP_SYS_CHROOT CAP_NET_RAW CAP_KILL'.split(
    ' ',
  ),
);

export default defineCheck({
  title: 'The server’s process has capabilities that it does not need',
  severity: 'medium',
  why: 'A capability is a piece of root: with CAP_DAC_OVERRIDE no file is closed to the server, with CAP_SYS_ADMIN no container holds it. The server needs none, except CAP_NET_BIND_SERVICE for ports below 1024 and CAP_SYS_RESOURCE for more files.',
  remedy:
    'Drop the capabilities: CapabilityBoundingSet= and AmbientCapabilities= left empty in the unit, --cap-drop ALL for a container.',
  links: ['https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  needs: ['process'],
  uses: ['container'],
  judge({ process: { uid, capabilities } }, { container }) {
    if (uid === 0) return notApplicable('it runs as root; see runs-as-root');
    if (container.known && container.value !== 'none' && container.value.privileged === true)
      return notApplicable('its container is privileged; see privileged-container');
    const grave = capabilities.filter((name) => rootLike.has(name));
    const others = capabilities.filter((name) => forOthers.has(name));
    const all = [...grave, ...others];
    if (all.length === 0) return failEach([]);
    return failEach([
      fault(
        `the process has ${listed(all, 8)}`,
        [{ kind: 'unit', directive: 'CapabilityBoundingSet', value: '' }],
        {
          severity: grave.some((name) => name !== 'CAP_NET_ADMIN') ? 'high' : 'medium',
        },
      ),
    ]);
  },
  examples: {
    good: {
      none: { process: processFacts() },
      'what a server may need': {
        process: processFacts({ capabilities: ['CAP_NET_BIND_SERVICE', 'CAP_SYS_RESOURCE'] }),
      },
    },
    bad: {
      'ambient ones from a unit': { process: processFacts({ capabilities: ['CAP_DAC_OVERRIDE'] }) },
      'a container with more': {
        process: processFacts({ capabilities: ['CAP_SYS_ADMIN'] }),
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
