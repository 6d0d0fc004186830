import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { processFacts, unit } from '../../example-facts.ts';

interface Wall {
  readonly directive: string;
  readonly value: string;
  /** Whether what the unit says is as good. */
  readonly holds: (said: string, service: Readonly<Record<string, string>>) => boolean;
}

const isYes = (said: string): boolean => /^(?:yes|true|on|1)$/i.test(said);
const dynamic = ({ DynamicUser = '' }: Readonly<Record<string, string>>): boolean => isYes(DynamicUser);

/** What shuts an intruder in and costs a server nothing. */
const walls: readonly Wall[] = [
  { directive: 'NoNewPrivileges', value: 'yes', holds: (said, all) => dynamic(all) || isYes(said) },
  { directive: 'SystemCallFilter', value: '@system-service', holds: (said) => said !== '' },
  {
    directive: 'ProtectSystem',
    value: 'strict',
    holds: (said, all) => dynamic(all) || /^(?:yes|true|on|1|full|strict)$/i.test(said),
  },
  {
    directive: 'ProtectHome',
    value: 'yes',
    holds: (said, all) => dynamic(all) || /^(?:yes|true|on|1|read-only|tmpfs)$/i.test(said),
  },
  {
    directive: 'PrivateTmp',
    value: 'yes',
    holds: (said, all) => dynamic(all) || isYes(said) || said === 'disconnected',
  },
  { directive: 'PrivateDevices', value: 'yes', holds: isYes },
  { directive: 'ProtectKernelTunables', value: 'yes', holds: isYes },
  { directive: 'ProtectKernelModules', value: 'yes', holds: isYes },
  {
    directive: 'ProtectControlGroups',
    value: 'yes',
    holds: (said) => isYes(said) || said === 'private' || said === 'strict',
  },
  {
    directive: 'RestrictAddressFamilies',
    value: 'AF_INET AF_INET6 AF_UNIX',
    holds: (said) => said !== '' && !said.startsWith('~'),
  },
  {
    directive: 'RestrictNamespaces',
    value: 'yes',
    holds: (said) => said !== '' && !/^(?:no|false|off|0)$/i.test(said),
  },
  {
    directive: 'CapabilityBoundingSet',
    value: '',
    holds: (said, all) => 'CapabilityBoundingSet' in all && !said.startsWith('~'),
  },
];

export default defineCheck({
  title: 'The systemd unit leaves the server more than it needs',
  severity: 'low',
  why: 'Whoever runs code in the server has what the unit leaves open: to write outside the data folder, to read home folders, to see other programs’ temporary files, to talk to the kernel. Each wall is one line.',
  remedy:
    'Add the missing directives to the server’s unit with systemctl edit, with ReadWritePaths= for the data, log and configuration folders (or the server can no longer save), and restart. systemd-analyze security shows what is left.',
  links: ['https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Sandboxing'],
  needs: [],
  uses: ['unit', 'process'],
  judge(_, { unit: found, process }) {
    if (!found.known)
      return found.why === 'not-supported' || found.why === 'absent'
        ? notApplicable(found.detail)
        : undecided(`the unit is not known: ${found.detail}`);
    const { name, service, fragments } = found.value;
    // Other directives bring these two along; the process shows what came of it.
    const inForce = (directive: string): boolean =>
      process.known &&
      ((directive === 'NoNewPrivileges' && process.value.noNewPrivileges) ||
        (directive === 'SystemCallFilter' && process.value.seccomp === 2));
    const missing = walls.filter(
      ({ directive, holds }) => !inForce(directive) && !holds(service[directive] ?? '', service),
    );
    if (missing.length === 0) return failEach([]);
    const file = fragments[0];
    return failEach([
      fault(
        `${name} lacks ${missing.map(({ directive }) => directive).join(', ')}`,
        missing.map(({ directive, value }) => ({ kind: 'unit', directive, value }) as const),
        { where: file === undefined ? undefined : { file } },
      ),
    ]);
  },
  examples: {
    good: {
      'as Debian ships it, and a little more': {
        unit: unit({
          NoNewPrivileges: 'true',
          SystemCallFilter: '@system-service',
          ProtectSystem: 'true',
          ProtectHome: 'yes',
          PrivateTmp: 'yes',
          PrivateDevices: 'yes',
          ProtectKernelTunables: 'yes',
          ProtectKernelModules: 'yes',
          ProtectControlGroups: 'yes',
          RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
          RestrictNamespaces: 'yes',
          CapabilityBoundingSet: '',
        }),
      },
      'a user made for each start brings some walls': {
        unit: unit({
          DynamicUser: 'yes',
          SystemCallFilter: '~@privileged @resources',
          PrivateDevices: 'yes',
          ProtectKernelTunables: 'yes',
          ProtectKernelModules: 'yes',
          ProtectControlGroups: 'yes',
          RestrictAddressFamilies: 'AF_INET AF_UNIX',
          RestrictNamespaces: 'yes',
          CapabilityBoundingSet: 'CAP_NET_BIND_SERVICE',
        }),
      },
      'the process shows what another directive brought along': {
        unit: unit({
          ProtectSystem: 'strict',
          ProtectHome: 'yes',
          PrivateTmp: 'yes',
          PrivateDevices: 'yes',
          ProtectKernelTunables: 'yes',
          ProtectKernelModules: 'yes',
          ProtectControlGroups: 'yes',
          RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
          RestrictNamespaces: 'yes',
          CapabilityBoundingSet: '',
        }),
        process: processFacts(),
      },
    },
    bad: {
      'a unit from a guide': {
        unit: unit({ ExecStart: '/usr/local/bin/redis-server /etc/redis.conf', User: 'redis' }),
      },
      'a deny list of address families': {
        unit: unit({
          ProtectSystem: 'strict',
          ProtectHome: 'no',
          PrivateTmp: 'yes',
          RestrictAddressFamilies: '~AF_PACKET',
        }),
      },
    },
    other: { 'not looked at': { facts: {}, verdict: 'unknown' } },
  },
});
