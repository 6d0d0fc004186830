import type { Resource } from '../../model/index.ts';

/** A resource as a person would call it. */
export function inWords(resource: Resource): string {
  switch (resource.kind) {
    case 'setting':
      return `the setting ${resource.name} of ${resource.node}`;
    case 'user':
      return `the user ${resource.user} of ${resource.node}`;
    case 'file':
      return `the file ${resource.path}`;
    case 'access':
      return `owner or mode of ${resource.path}`;
    case 'process':
      return `the process of ${resource.node}`;
    case 'saved':
      return `what ${resource.node} saved`;
    case 'sentinel':
      return `${resource.option} of ${resource.master} at ${resource.node}`;
    case 'kept-firewall':
      return `our rules for port ${resource.port} in ${resource.path}`;
    case 'firewall':
      return `our rules for port ${resource.port} of ${resource.node} (${resource.backend})`;
  }
}
