import { join } from 'node:path/posix';
import { type Fact, known } from '../../model/fact.ts';
import type { ContainerFacts } from '../../model/host.ts';
import { readText, textOf } from './bounded-read.ts';
import { collect } from './collect.ts';
import { controlGroups } from './control-groups.ts';
import { resolveInside } from './inside-root.ts';
import { capabilityMask } from './linux-capabilities.ts';
import { statusLines } from './proc-status.ts';
import { procOf, rootOf } from './process-root.ts';

type Kind = ContainerFacts['kind'];
interface Found {
  readonly kind: Kind;
  readonly id?: string | undefined;
}

/**
 * The container that a process lives in, seen from the host or from inside: its control group, the marks that
 * runtimes leave in its root folder, the mounts of its root, and last whether its process ids are its own.
 *
 * `privileged`: the bounding set has every capability that this kernel knows, and user ids are the host's. The
 * effective set would not do: a server in a privileged container that changed its user has none.
 * @example await containerOf(812); // { kind: 'docker', id: '0123…', privileged: false }, or 'none'
 */
export function containerOf(pid: number, root = '/'): Promise<Fact<ContainerFacts | 'none'>> {
  const proc = procOf(pid, root);
  return collect<ContainerFacts | 'none'>(`container of process ${pid}`, () => {
    const status = statusLines(readText(join(proc, 'status')));
    const groups = controlGroups(textOf(join(proc, 'cgroup')) ?? '');
    const mounts = textOf(join(proc, 'mountinfo'), 1_048_576) ?? '';
    const found =
      groups.map(fromGroup).find((one) => one !== undefined) ??
      fromMounts(mounts) ??
      fromMarks(rootOf(pid, root).path) ??
      groups.map(fromBareId).find((one) => one !== undefined) ??
      // Two ids: the process is in a pid namespace below ours.
      ((status.get('NSpid') ?? '').split(/\s+/).length > 1 ? { kind: 'unknown' as const } : undefined);
    const source = `${proc}/{cgroup,mountinfo,status}`;
    if (found === undefined) return known('none', source);
    const id = found.id?.slice(0, 64);
    const privileged = isPrivileged(status, textOf(join(proc, 'uid_map')), root);
    return known(
      {
        kind: found.kind,
        ...(id === undefined ? {} : { id }),
        ...(privileged === undefined ? {} : { privileged }),
      },
      source,
    );
  });
}

const groupPatterns: readonly (readonly [Kind, RegExp])[] = [
  ['kubernetes', /kubepods.*?([0-9a-f]{64})/],
  ['kubernetes', /kubepods()/],
  ['kubernetes', /crio-([0-9a-f]{64})/],
  ['podman', /libpod-(?:conmon-)?([0-9a-f]{64})/],
  ['docker', /docker[-/]([0-9a-f]{64})/],
  ['containerd', /(?:cri-containerd|nerdctl|containerd)[-/:](?:[^/]*[-:])?([0-9a-f]{12,64})/],
  ['lxc', /\/lxc(?:\.payload)?[./]([^/]+)/],
  ['systemd-nspawn', /\/systemd-nspawn@([^/]+)\.service/],
  ['systemd-nspawn', /\/machine\.slice\/machine-([^/]+)\.scope/],
];

function fromGroup(path: string): Found | undefined {
  for (const [kind, pattern] of groupPatterns) {
    const match = pattern.exec(path);
    if (match !== null) return { kind, ...(match[1] ? { id: match[1].replaceAll('\\x2d', '-') } : {}) };
  }
  return undefined;
}

/** A runtime that was given another parent group leaves just its id. */
function fromBareId(path: string): Found | undefined {
  const [, id] = /\/([0-9a-f]{64})$/.exec(path) ?? [];
  return id === undefined ? undefined : { kind: 'unknown', id };
}

const mountPatterns: readonly (readonly [Kind, RegExp])[] = [
  ['kubernetes', /\/kubelet\/pods\/([0-9a-f-]{36})\//],
  ['docker', /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf) /],
  ['podman', /\/overlay-containers\/([0-9a-f]{64})\//],
  ['containerd', /io\.containerd\.[a-z0-9.-]*\/.*? \/etc\/hostname /],
  ['lxc', / \/proc\/(?:cpuinfo|meminfo|uptime) .*lxcfs/],
];

/** Files that a runtime mounts into every container: /etc/hostname, /etc/resolv.conf, lxcfs. */
function fromMounts(mountinfo: string): Found | undefined {
  // The host has the runtime's own mounts below /var/lib/docker; only what is mounted on a container's files counts.
  const own = mountinfo
    .split('\n')
    .filter((line) => / (?:\/etc\/(?:hostname|hosts|resolv\.conf)|\/proc\/\w+) /.test(line));
  for (const [kind, pattern] of mountPatterns) {
    for (const line of own) {
      const match = pattern.exec(line);
      if (match !== null) return { kind, id: match[1] };
    }
  }
  return undefined;
}

/** Marks in the root folder, and what systemd was told: systemd.io/CONTAINER_INTERFACE. */
function fromMarks(place: string): Found | undefined {
  const has = (path: string): boolean => {
    try {
      return resolveInside(place, path).stats !== undefined;
    } catch {
      return false;
    }
  };
  if (has('/var/run/secrets/kubernetes.io') || has('/run/secrets/kubernetes.io'))
    return { kind: 'kubernetes' };
  if (has('/run/.containerenv')) return { kind: 'podman' };
  if (has('/.dockerenv')) return { kind: 'docker' };
  const told = textOf(join(place, 'run/systemd/container'), 64)?.trim();
  if (told === undefined || told === '' || told === 'wsl') return undefined;
  const named = (['docker', 'podman', 'lxc', 'systemd-nspawn'] as const).find((kind) =>
    told.startsWith(kind),
  );
  return { kind: named ?? 'unknown' };
}

function isPrivileged(
  status: ReadonlyMap<string, string>,
  uidMap: string | undefined,
  root: string,
): boolean | undefined {
  const last = Number(textOf(join(root, 'proc/sys/kernel/cap_last_cap')) ?? Number.NaN);
  const bounding = status.get('CapBnd');
  if (!Number.isInteger(last) || bounding === undefined) return undefined;
  if (uidMap !== undefined && !/^\s*0\s+0\s/.test(uidMap)) return false;
  const all = (1n << BigInt(last + 1)) - 1n;
  return (capabilityMask(bounding) & all) === all;
}
