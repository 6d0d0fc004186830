import { localPlace } from './local.ts';
import type { Place } from './place.ts';
import { sshPlace } from './ssh.ts';
import { sshTargetIn } from './ssh-target.ts';

/**
 * The host that a plan names: `here`, or `ssh://user@host:port`.
 *
 * @throws Error for any other name, RangeError for a host that ssh must not be given
 * @param sshConfig a file that ssh reads in place of the user's own ssh_config
 * @example placeNamed('ssh://ops@db1')
 */
export function placeNamed(name: string, sshConfig?: string): Place {
  if (name === 'here') return localPlace();
  const target = sshTargetIn(name);
  if (!target) throw new Error('the host of a plan is `here` or ssh://user@host');
  return sshPlace(target, {
    sudo: 'as-needed',
    ...(sshConfig === undefined ? {} : { words: ['-F', sshConfig] }),
  });
}
