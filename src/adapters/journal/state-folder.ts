import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where journals and locks are, made when it is missing (mode 0700): `KEYWARD_STATE`, else `/var/lib/keyward` for root,
 * else `$XDG_STATE_HOME/keyward` or `~/.local/state/keyward`.
 */
export function stateFolder(...inside: readonly string[]): string {
  const { KEYWARD_STATE, XDG_STATE_HOME } = process.env;
  const base =
    KEYWARD_STATE ||
    (process.getuid?.() === 0
      ? '/var/lib/keyward'
      : join(XDG_STATE_HOME || join(homedir(), '.local/state'), 'keyward'));
  const folder = join(base, ...inside);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
