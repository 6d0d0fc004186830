/** Programs that check what we render: from the PATH, or unpacked from packages of this distribution; installed nowhere. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpacked, type Unpacked } from '../../../scripts/tools/debian-packages.ts';

/** How to start a program, or why it cannot be had. */
export type Tool =
  | { readonly argv: readonly [string, ...string[]]; readonly env: NodeJS.ProcessEnv }
  | { readonly missing: string };

const recipes = {
  shellcheck: { packages: ['shellcheck'], program: 'usr/bin/shellcheck' },
  stunnel: { packages: ['stunnel4', 'libwrap0'], program: 'usr/bin/stunnel4' },
  'docker-compose': {
    packages: [
      'docker-compose',
      'python3-attr',
      'python3-certifi',
      'python3-chardet',
      'python3-distro',
      'python3-docker',
      'python3-dockerpty',
      'python3-docopt',
      'python3-dotenv',
      'python3-idna',
      'python3-jsonschema',
      'python3-pkg-resources',
      'python3-pyrsistent',
      'python3-requests',
      'python3-six',
      'python3-texttable',
      'python3-urllib3',
      'python3-websocket',
      'python3-yaml',
    ],
    program: 'usr/bin/docker-compose',
  },
  'ansible-playbook': {
    packages: [
      'ansible-core',
      'python3-jinja2',
      'python3-yaml',
      'python3-markupsafe',
      'python3-cryptography',
      'python3-cffi-backend',
      'python3-packaging',
      'python3-resolvelib',
    ],
    program: 'usr/bin/ansible-playbook',
  },
} as const;
export type ToolName = keyof typeof recipes;

const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** A program by name; brought once, and kept below `.cache/tools`. Never throws. */
export async function tool(name: ToolName): Promise<Tool> {
  const own = onPath(name);
  if (own !== undefined) return { argv: [own], env: process.env };
  const { packages, program } = recipes[name];
  const brought = await unpacked(name, packages, program);
  return 'missing' in brought ? brought : launcher(brought, program);
}

function launcher({ folder, libraries }: Unpacked, program: string): Tool {
  const [first = ''] = readFileSync(join(folder, program), 'latin1').split('\n', 1);
  const python = first.startsWith('#!') && first.includes('python3');
  return {
    argv: python ? ['/usr/bin/python3', join(folder, program)] : [join(folder, program)],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      ...(python
        ? {
            PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
            // What is compiled is kept beside the sources: Ansible is large, and every task loads parts of it.
            PYTHONDONTWRITEBYTECODE: undefined,
          }
        : {}),
    },
  };
}
