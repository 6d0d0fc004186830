import type { Action } from './action.ts';

/**
 * For what an action needs the rights of root on the host, as a person would type it or name it; `undefined` where the
 * account that the server's files belong to is enough.
 *
 * @example needsRoot({ do: 'restart', node: 'n1', by: { kind: 'systemd', unit: 'redis.service' } }) // 'systemctl restart redis.service'
 */
export function needsRoot(action: Action): string | undefined {
  switch (action.do) {
    case 'set-firewall':
      return 'the rules of the firewall';
    case 'keep-firewall':
      return action.path;
    case 'restart':
      return action.by.kind === 'systemd' ? `systemctl restart ${action.by.unit}` : undefined;
    case 'set-access':
    case 'make-certificate': {
      const { owner, group } = action;
      const whose = group === undefined ? owner : `${owner ?? ''}:${group}`;
      const path = action.do === 'set-access' ? action.path : action.folder;
      return whose === undefined ? undefined : `chown ${whose} ${path}`;
    }
    case 'write-file':
      return action.path.startsWith('/etc/systemd/') ? action.path : undefined;
    case 'set-setting':
    case 'set-user':
    case 'delete-user':
    case 'keep-user':
    case 'save':
    case 'edit-conf':
    case 'renew-links':
    case 'set-sentinel':
      return undefined;
  }
}
