import type { Stats } from 'node:fs';
import type { Resolved } from './inside-root.ts';

/**
 * Folders on the way to a file in which somebody other than root and the file's owner may make, rename or remove
 * entries, and so put another file in its place.
 *
 * A sticky folder (/tmp) keeps others from replacing what is not theirs, so it counts only for what would lie directly
 * in it and does not exist: there another user could take the name first. A group counts when it is neither root's nor the
 * owner's own. Access control lists are not looked at; where there is one, the group bits show its mask.
 */
export function looseParents(
  found: Resolved,
  owner: number | undefined,
  primaryGroup: (uid: number) => number | undefined,
): readonly string[] {
  const parent = found.inside.slice(0, found.inside.lastIndexOf('/')) || '/';
  return found.folders.filter(({ path, stats }) => isLoose(stats, path === parent)).map(({ path }) => path);

  function isLoose(stats: Stats, direct: boolean): boolean {
    if (stats.uid !== 0 && stats.uid !== owner) return true;
    const others = (stats.mode & 0o002) !== 0;
    const trusted = stats.gid === 0 || (owner !== undefined && primaryGroup(owner) === stats.gid);
    const group = (stats.mode & 0o020) !== 0 && !trusted;
    const sticky = (stats.mode & 0o1000) !== 0;
    return sticky ? direct && found.stats === undefined && (others || group) : others || group;
  }
}
