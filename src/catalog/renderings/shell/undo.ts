import type { Resource } from '../../../model/index.ts';
import { firewallScript } from '../parts/firewall-script.ts';
import { shellVariable } from '../parts/words.ts';
import { word } from './quoting.ts';
import { undoOrder } from '../parts/undo-order.ts';

/** A resource, and the variable that holds what it was. */
export interface Saved {
  readonly name: string;
  readonly resource: Resource;
}

export function undoOf(saved: ReadonlyMap<string, Saved>): string {
  const newestFirst = [...saved.values()].toReversed();
  const sorted = undoOrder.flatMap((kind) => newestFirst.filter(({ resource }) => resource.kind === kind));
  const lines = sorted.flatMap(({ name, resource }) => {
    const text = restore(resource, shellVariable(name));
    const at = `at_${resource.node.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
    return text === undefined
      ? []
      : [
          `  [ -z "\${${name}+x}" ] || (${at} && ${text}) || say ${word(`NOT PUT BACK: ${nameOf(resource)}`)}\n`,
        ];
  });
  const copies = newestFirst.flatMap(({ name, resource }) =>
    resource.kind === 'file' || resource.kind === 'kept-firewall' ? [`  close_copy "\${${name}:-}"\n`] : [],
  );
  return `undo() {\n${lines.join('')}  :\n}\nclose_copies() {\n${copies.join('')}  :\n}\n`;
}

function restore(resource: Resource, was: string): string | undefined {
  switch (resource.kind) {
    case 'file':
    case 'kept-firewall':
      return `restore_file ${word(resource.path)} ${was}`;
    case 'access':
      return `restore_access ${word(resource.path)} ${was}`;
    case 'process':
      return resource.by.kind === 'systemd'
        ? `as_root systemctl daemon-reload && as_root systemctl restart ${word(resource.by.unit)} && await_answer`
        : undefined;
    case 'setting':
      return `{ printf 'CONFIG SET "%s" %s\\n' ${word(resource.name)} ${was} | tell; }`;
    case 'user':
      return `restore_user ${word(resource.user)} ${was}`;
    case 'saved':
      return `{ printf '${resource.by === 'acl-save' ? 'ACL SAVE' : 'CONFIG REWRITE'}\\n' | tell; }`;
    case 'firewall':
      return `{ printf '%s\\n' ${was} | as_root sh -c ${word(firewallScript(resource).put)}; }`;
    case 'sentinel':
      return undefined;
  }
}

const nameOf = (resource: Resource): string => {
  if ('path' in resource) return resource.path;
  if ('user' in resource) return `user ${resource.user}`;
  return 'name' in resource ? resource.name : resource.kind;
};
