import { textOf } from './bounded-read.ts';
import { resolveInside } from './inside-root.ts';

/** ID and VERSION_ID of os-release(5); for Debian's testing and unstable, which have no number, the code name. */
export function releaseOf(root: string): { readonly distribution?: string; readonly release?: string } {
  const text = read(root, '/etc/os-release') ?? read(root, '/usr/lib/os-release') ?? '';
  const value = (name: string): string | undefined => {
    const [, quoted] = new RegExp(`^${name}=(.*)$`, 'm').exec(text) ?? [];
    const plain = quoted?.trim().replace(/^(["'])(.*)\1$/, '$2');
    return plain === '' ? undefined : plain;
  };
  const distribution = value('ID');
  const release = value('VERSION_ID') ?? value('VERSION_CODENAME') ?? value('BUILD_ID');
  return {
    ...(distribution === undefined ? {} : { distribution }),
    ...(release === undefined ? {} : { release }),
  };
}

function read(root: string, path: string): string | undefined {
  try {
    return textOf(resolveInside(root, path).path, 16_384);
  } catch {
    return undefined;
  }
}
