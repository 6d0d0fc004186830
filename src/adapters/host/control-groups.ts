/** The paths of /proc/PID/cgroup that name units and containers: version 2, and the `name=systemd` tree of version 1. */
export function controlGroups(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [id, controllers, ...path] = line.split(':');
    return id === undefined || controllers === undefined || path.length === 0 ? [] : [path.join(':')];
  });
}

/** The unit of a control group: the innermost service, and whether a user's own manager runs it. */
export function serviceOf(path: string): { readonly name: string; readonly userId?: number } | undefined {
  const parts = path.split('/').map((part) => part.replace(/^_(?=[_.])/, ''));
  const at = parts.findLastIndex((part) => part.endsWith('.service'));
  const name = parts[at];
  // A container runtime puts its groups below its own service or in a scope: the service is not the server's.
  if (name === undefined || parts.slice(at + 1).some(isContainerGroup) || /^user@\d+\.service$/.test(name))
    return undefined;
  const manager = parts
    .slice(0, at)
    .map((part) => /^user@(\d+)\.service$/.exec(part)?.[1])
    .find((id) => id !== undefined);
  return manager === undefined ? { name } : { name, userId: Number(manager) };
}

const isContainerGroup = (part: string): boolean =>
  /[0-9a-f]{64}/.test(part) ||
  /^(docker|libpod|crio|cri-containerd|machine|lxc)[-.]/.test(part) ||
  /^(docker|lxc|kubepods)$/.test(part);
