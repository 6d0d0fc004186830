import { essential } from './essential.ts';
import type { Policy } from './policy.ts';

export const recommended: Policy = {
  name: 'recommended',
  title: 'Everybody has what they need, and no more',
  promise:
    'All of essential; and each application has a user of its own without administration, commands that lead to the host are off, one client cannot exhaust the server, and no file is writable by others.',
  covers: [
    ...essential.covers,
    { themes: ['compromise', 'version', 'host', 'network', 'replication', 'transport'], from: 'medium' },
    { themes: ['access-control', 'commands', 'configuration', 'persistence'], from: 'low' },
    {
      themes: ['host'],
      checks: ['log-readable', 'log-writable', 'data-folder-writable-by-others'],
      from: 'low',
    },
  ],
  steps: [
    ...essential.steps,
    'delete-user',
    'narrow-user',
    'setting',
    'limits',
    'switches',
    'rename-command',
  ],
};
