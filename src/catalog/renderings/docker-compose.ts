import { isSecretRef, type PlanNode, type Value } from '../../model/index.ts';
import { defineRendering } from '../define-rendering.ts';
import { endStates, userFormat, withoutRestarts, type EndState } from './parts/end-state.ts';
import { commented, headLines } from './parts/left-out.ts';
import { secretNames } from './parts/secret-names.ts';
import { commentText, shellVariable } from './parts/words.ts';
import { yaml, type Yaml } from './parts/yaml.ts';

/** Inside of a container they mean something else than at the host, or lie with the image. */
const ofTheHost =
  /^(?:bind|port|tls-.+|unixsocket|unixsocketperm|protected-mode|dir|aclfile|logfile|pidfile|daemonize|supervised)$/;

const serverOf = ({ product }: PlanNode): string =>
  product === 'valkey' || product === 'keydb' ? `${product}-server` : 'redis-server';

const serviceOf = (node: PlanNode, count: number): string =>
  count === 1
    ? node.product === 'valkey' || node.product === 'keydb'
      ? node.product
      : 'redis'
    : node.id.replaceAll(/[^A-Za-z0-9._-]/g, '-');

/** Compose takes `$` for a variable. */
const dollar = (text: string): string => text.replaceAll('$', '$$$$');

export default defineRendering({
  title: 'An override file for Docker Compose',
  extension: '.yml',
  mediaType: 'application/yaml',
  render(plan) {
    const states = endStates(plan);
    const names = secretNames(plan);
    const parts = states.map((state) => serviceFor(state, serviceOf(state.node, states.length), names));
    const services = Object.fromEntries(
      parts.flatMap(({ service, body }) => (body ? [[service, body]] : [])),
    );
    const secrets = Object.fromEntries(
      parts.flatMap(({ secret }) => (secret ? [[secret.name, { file: `./${secret.name}` }]] : [])),
    );
    const leftOut = states.flatMap((one) => one.leftOut);
    return [
      commented([
        ...headLines(withoutRestarts(plan), leftOut),
        ...parts.flatMap(({ notes }) => notes),
        '',
        'Use: docker compose -f compose.yaml -f this-file up -d. Where your service has another name, write that one.',
        ...parts.flatMap(({ secret }) => secret?.made ?? []),
      ]),
      Object.keys(services).length === 0 ? 'services: {}\n' : yaml({ services }),
      Object.keys(secrets).length === 0 ? '' : yaml({ secrets }),
    ].join('');
  },
});

interface ServicePart {
  readonly service: string;
  readonly body?: Yaml;
  /** A file with users and passwords, and how it is made. */
  readonly secret?: { readonly name: string; readonly made: readonly string[] };
  readonly notes: readonly string[];
}

function serviceFor(state: EndState, service: string, names: ReadonlyMap<string, string>): ServicePart {
  const { settings, users, walled, node } = state;
  const notes: string[] = [];
  const words: string[] = [];
  const lines: {
    readonly format: string;
    readonly variables: readonly string[];
    readonly hashed: boolean;
  }[] = [];
  for (const [name, args] of settings) {
    if (ofTheHost.test(name) || !/^[a-z0-9-]+$/.test(name))
      notes.push(
        commentText(
          `not in this form: ${name}: it means another thing inside a container; publish ports at one address, as 127.0.0.1:6379:6379`,
        ),
      );
    else if (args.some(isSecretRef)) {
      const format = secretLine(name, args, names);
      if (format !== undefined) lines.push({ ...format, hashed: false });
    } else words.push(`--${name}`, ...plainArgs(args).map(dollar));
  }
  for (const [user, rules] of users) {
    const format = userFormat(user, rules, names);
    if (format === undefined)
      notes.push(commentText(`not in this form: user ${user}: its rules have letters that need quotes`));
    else lines.push({ ...format, hashed: true });
  }
  const secret =
    lines.length === 0
      ? undefined
      : { name: `${service}-keyward.conf`, made: made(`${service}-keyward.conf`, lines) };
  const include = secret === undefined ? [] : ['--include', `/run/secrets/${secret.name}`];
  const all = [...words, ...include];
  if (all.length > 0)
    notes.push(
      commentText(
        `command: put the file of your image first, if it has one, as in: ${serverOf(node)} /path/redis.conf --maxclients 100`,
      ),
    );
  const body: Record<string, Yaml> = {
    ...(all.length === 0 ? {} : { command: [serverOf(node), ...all] }),
    ...(secret === undefined ? {} : { secrets: [secret.name] }),
    ...(walled ? walls : {}),
  };
  return {
    service,
    notes,
    ...(Object.keys(body).length === 0 ? {} : { body }),
    ...(secret === undefined ? {} : { secret }),
  };
}

/** What a unit's sandbox is to a container. The account is that of the images of Redis and Valkey. */
const walls: Record<string, Yaml> = {
  user: '999:999',
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  tmpfs: ['/tmp'],
};

const plainArgs = (args: readonly Value[]): readonly string[] =>
  args.flatMap((arg) => (typeof arg === 'string' ? [arg] : []));

function secretLine(name: string, args: readonly Value[], names: ReadonlyMap<string, string>) {
  const variables = args.flatMap((arg) => (isSecretRef(arg) ? [names.get(arg.secret) ?? ''] : []));
  const words = args.map((arg) => (isSecretRef(arg) ? '%s' : arg));
  const plain = words.every((word) => /^[!-&(-[\]-~]+$/.test(word)) && variables.every((one) => one !== '');
  return plain ? { format: `${name} ${words.join(' ')}`, variables } : undefined;
}

/** Commands that a person runs: a secret is asked for by `read`, and stands in no word of a program. */
const made = (
  file: string,
  lines: readonly {
    readonly format: string;
    readonly variables: readonly string[];
    readonly hashed: boolean;
  }[],
): readonly string[] => {
  const variables = [...new Set(lines.flatMap((line) => line.variables))];
  return [
    '',
    `Once, to make ${file} (the passwords are asked for, and not shown):`,
    `  umask 077; : > ${file}; stty -echo`,
    ...variables.map((name) => `  printf '${name}: '; IFS= read -r ${name}`),
    '  stty echo',
    ...lines.map(({ format, variables: used, hashed }) => {
      const values = used.map((name) =>
        hashed ? `"$(printf %s ${shellVariable(name)} | sha256sum | cut -d ' ' -f 1)"` : shellVariable(name),
      );
      return `  printf '${format}\\n'${values.map((value) => ` ${value}`).join('')} >> ${file}`;
    }),
    `  chown 999:999 ${file}`,
  ];
};
