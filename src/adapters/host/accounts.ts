import { readBytes } from './bounded-read.ts';
import { resolveInside } from './inside-root.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Users and groups of one root file system. */
export interface Accounts {
  readonly users: readonly Account[];
  /** Name of a user or group, or its number when /etc has none (a directory service may). */
  readonly user: (uid: number) => string;
  readonly group: (gid: number) => string;
  readonly primaryGroup: (uid: number) => number | undefined;
}

const rows = (root: string, path: string): readonly (readonly string[])[] => {
  try {
    const text = readBytes(resolveInside(root, path).path, 1_048_576).toString('utf8');
    return text.split('\n').map((line) => line.split(':'));
  } catch {
    return [];
  }
};

/** Reads /etc/passwd and /etc/group below `root`; both may be missing. */
export function accountsOf(root: string): Accounts {
  const users = rows(root, '/etc/passwd').flatMap(([name, , uid, gid, , home]) =>
    name === undefined || uid === undefined || uid === ''
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid), home: home ?? '' }],
  );
  const groups = rows(root, '/etc/group').flatMap(([name, , gid]) =>
    name === undefined || gid === undefined || gid === '' ? [] : [{ name, gid: Number(gid) }],
  );
  return {
    users,
    user: (uid) => users.find((user) => user.uid === uid)?.name ?? String(uid),
    group: (gid) => groups.find((group) => group.gid === gid)?.name ?? String(gid),
    primaryGroup: (uid) => users.find((user) => user.uid === uid)?.gid,
  };
}
