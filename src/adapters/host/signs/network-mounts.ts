import { join } from 'node:path/posix';
import { textOf } from '../bounded-read.ts';

const network = /^(nfs4?|cifs|smb3|smbfs|autofs|ceph|glusterfs|lustre|afs|9p|fuse\.(?!lxcfs)\S+|fuse)$/;

/** A test whether a path of this host lies on a file system whose server may not answer, by /proc/self/mountinfo. */
export function onNetwork(root: string): (path: string) => boolean {
  const mounts = (textOf(join(root, 'proc/self/mountinfo'), 1_048_576) ?? '').split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const type = after.split(' ')[0] ?? '';
    return point === undefined ? [] : [{ point: point.replaceAll('\\040', ' '), far: network.test(type) }];
  });
  return (path) => {
    let best = { point: '', far: false };
    for (const mount of mounts) {
      const within = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
      if (within && mount.point.length >= best.point.length) best = mount;
    }
    return best.far;
  };
}
