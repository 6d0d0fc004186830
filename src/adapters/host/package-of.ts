import { type Fact, known, unknown } from '../../model/fact.ts';
import type { PackageFacts } from '../../model/host.ts';
import { apkOwner } from './apk.ts';
import { collect } from './collect.ts';
import { dpkgOwner } from './dpkg.ts';
import { releaseOf } from './os-release.ts';
import { rpmOwner } from './rpm.ts';

/**
 * The package that owns a program, with its exact version and the distribution: what says which security fixes it
 * has. `none` when no package does: then nobody updates it.
 *
 * dpkg and apk are read from their databases; rpm's is asked by `rpm -qf`, on this host only.
 * @param exe absolute, as the process sees it
 * @param root of the process: `rootOf(pid).path`
 * @example await packageOf('/usr/bin/redis-server'); // { manager: 'dpkg', name: 'redis-tools', version: '5:7.0.15-1', … }
 */
export function packageOf(exe: string, root = '/'): Promise<Fact<PackageFacts>> {
  return collect(`package of ${exe}`, async () => {
    const file = exe.replace(/ \(deleted\)$/, '');
    const release = releaseOf(root);
    const managers = [
      ['dpkg', () => dpkgOwner(file, root)],
      ['apk', () => apkOwner(file, root)],
      ['rpm', () => rpmOwner(file, root)],
    ] as const;
    let seen = false;
    for (const [manager, ask] of managers) {
      const owner = await ask();
      if (owner === 'absent') continue;
      seen = true;
      if (owner !== 'none')
        return known<PackageFacts>({ manager, ...owner, ...release }, `${manager} database`);
    }
    if (!seen) return unknown('not-supported', 'no dpkg, rpm or apk database');
    return known<PackageFacts>({ manager: 'none', ...release }, 'package databases');
  });
}
