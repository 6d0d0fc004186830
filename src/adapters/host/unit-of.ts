import { join } from 'node:path/posix';
import { type Fact, known, unknown } from '../../model/fact.ts';
import type { UnitFacts } from '../../model/host.ts';
import { accountsOf } from './accounts.ts';
import { readText } from './bounded-read.ts';
import { collect } from './collect.ts';
import { controlGroups, serviceOf } from './control-groups.ts';
import { procOf, rootOf } from './process-root.ts';
import { unitFiles } from './unit-files.ts';
import { serviceDirectives, unitAssignments } from './unit-text.ts';

/**
 * The systemd service that runs a process, read from its files: what the next start will do. A change on disk that
 * systemd has not loaded yet (`daemon-reload`) is seen here and not yet in the running process.
 * @example await unitOf(812); // { name: 'redis-server.service', fragments: […], service: { User: 'redis', … } }
 */
export function unitOf(pid: number, root = '/'): Promise<Fact<UnitFacts>> {
  const source = join(procOf(pid, root), 'cgroup');
  return collect(`systemd unit of process ${pid}`, () => {
    const groups = controlGroups(readText(source));
    const service = groups.map(serviceOf).find((found) => found !== undefined);
    if (service === undefined) return unknown('absent', `process ${pid} is not run by a systemd service`);
    const home =
      service.userId === undefined
        ? undefined
        : accountsOf(root).users.find(({ uid }) => uid === service.userId)?.home;
    const files = unitsBelow(pid, root).flatMap((place) => {
      const found = unitFiles(service.name, place, home, service.userId !== undefined);
      return found.length === 0 ? [] : [found];
    })[0];
    if (files === undefined) return unknown('unreadable', `no file of ${service.name} may be read`);
    const assignments = files.flatMap(({ text }) => unitAssignments(text));
    const fragments = files.map(({ path }) => path);
    return known(
      { name: service.name, fragments, service: serviceDirectives(assignments) },
      fragments.join(', '),
    );
  });
}

/** A unit may belong to this host (also when it hides folders from its process), or to a container with its own systemd. */
const unitsBelow = (pid: number, root: string): readonly string[] => {
  const { path, own } = rootOf(pid, root);
  return own ? [root, path] : [root];
};
