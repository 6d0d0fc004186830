import type { Action, Resource } from '../../model/index.ts';

const file = (node: string, path: string): Resource => ({ kind: 'file', node, path });

/** What an action changes, in the order in which it does: all of it is captured before the step begins. */
export function resourcesOf(action: Action): readonly Resource[] {
  const { node } = action;
  switch (action.do) {
    case 'set-setting':
      return [{ kind: 'setting', node, name: action.name }];
    case 'set-user':
    case 'delete-user':
      return [{ kind: 'user', node, user: action.user }];
    case 'keep-user':
    case 'edit-conf':
    case 'write-file':
      return [file(node, action.path)];
    case 'save':
      return [{ kind: 'saved', node, by: action.by }];
    case 'set-access':
      return [{ kind: 'access', node, path: action.path }];
    case 'make-certificate':
      return certificateFiles(action.clients).map((name) => file(node, `${action.folder}/${name}`));
    case 'restart':
      return [{ kind: 'process', node, by: action.by }];
    // The links are new, and what they need to come back is no more than what others change.
    case 'renew-links':
      return [];
    case 'set-sentinel':
      return [{ kind: 'sentinel', node, master: action.master, option: action.option }];
    case 'keep-firewall': {
      const { path, words, backend, ports } = action;
      return [{ kind: 'kept-firewall', node, path, words, backend, port: ports[0] ?? 0 }];
    }
    case 'set-firewall':
      return [{ kind: 'firewall', node, backend: action.backend, port: action.ports[0] ?? 0 }];
  }
}

/** The files that `make-certificate` makes in its folder. */
export const certificateFiles = (clients: readonly string[]): readonly string[] => [
  'ca.key',
  'ca.crt',
  ...['server', ...clients].flatMap((name) => [`${name}.key`, `${name}.crt`]),
];

const names = new WeakMap<Resource, string>();

/** Equal for equal resources. */
export function nameOf(resource: Resource): string {
  const known = names.get(resource);
  if (known !== undefined) return known;
  const name = JSON.stringify(Object.entries(resource).toSorted());
  names.set(resource, name);
  return name;
}
