import { isSecretRef, type PlanNode, type RuleWord, type Value } from '../../model/index.ts';
import { defineRendering } from '../define-rendering.ts';
import { endStates, withoutRestarts, type EndState } from './parts/end-state.ts';
import { commented, headLines } from './parts/left-out.ts';
import { commentText, quoted } from './parts/words.ts';
import { yaml, type Yaml } from './parts/yaml.ts';

/** The chart has values of its own for these, or the pod decides. */
const ofTheChart =
  /^(?:bind|port|tls-.+|unixsocket|unixsocketperm|protected-mode|dir|aclfile|logfile|pidfile|daemonize|supervised|requirepass|masterauth|masteruser)$/;

export default defineRendering({
  title: 'Values for a Helm chart of the Bitnami kind',
  extension: '.yaml',
  mediaType: 'application/yaml',
  render(plan) {
    const states = endStates(plan);
    const [first] = states;
    const others = states.slice(1);
    const notes = [
      ...(first === undefined ? [] : notesOf(first)),
      ...others.map(
        ({ node }) => `not in this form: what differs at ${node.id}: a chart has one set of values`,
      ),
    ];
    const secrets = plan.secrets.map(({ user }) => commentText(user));
    return [
      commented([
        ...headLines(
          withoutRestarts(plan),
          states.flatMap((one) => one.leftOut),
        ),
        ...notes.map((note) => commentText(note)),
        '',
        'Names of values are those of the charts redis and valkey of Bitnami. Make the two secrets first, as a file that',
        'kubectl reads from standard input, not as words of a command:',
        '  keyward-auth: the key "password", of the default user; the chart keeps that user on, with a password.',
        `  ${commentText(`keyward-users: a key for each of: ${[...new Set(secrets)].join(', ') || 'nobody'}`)}`,
        'The chart looks keyward-users up in the cluster: where it cannot (helm template, Argo CD), users would be made',
        'without a password. Look at the rendered users.acl before you use it there.',
        '',
      ]),
      first === undefined ? '{}\n' : yaml(valuesOf(first)),
    ].join('');
  },
});

const notesOf = ({ settings, users }: EndState): readonly string[] => [
  ...[...settings.keys()].flatMap((name) => {
    if (name === 'requirepass' || name.startsWith('master')) return [];
    return ofTheChart.test(name) ? [`not in this form: ${name}: the chart or the pod decides it`] : [];
  }),
  ...[...users].flatMap(([name, rules]) => {
    if (name === 'default')
      return ['not in this form: user default off: the chart logs in as default, with its password'];
    return chartUser(name, rules) === undefined
      ? [`not in this form: user ${name}: its rules have selectors`]
      : [];
  }),
];

const primaryOf = ({ product }: PlanNode): string => (product === 'valkey' ? 'primary' : 'master');

function valuesOf({ node, settings, users, walled }: EndState): Yaml {
  const lines = [...settings].flatMap(([name, args]) =>
    ofTheChart.test(name) || !/^[a-z0-9-]+$/.test(name) || args.some(isSecretRef) ? [] : [lineOf(name, args)],
  );
  const made = [...users].flatMap(([name, rules]) => chartUser(name, rules) ?? []);
  const hardened: Yaml = {
    podSecurityContext: { enabled: true, fsGroup: 1001 },
    containerSecurityContext: {
      enabled: true,
      runAsUser: 1001,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  return {
    auth: {
      enabled: true,
      existingSecret: 'keyward-auth',
      existingSecretPasswordKey: 'password',
      // A password in the environment is read by whoever may look at the pod.
      usePasswordFiles: true,
      acl: made.length === 0 ? undefined : { enabled: true, userSecret: 'keyward-users', users: made },
    },
    commonConfiguration: lines.length === 0 ? undefined : `${lines.join('\n')}\n`,
    [primaryOf(node)]: walled ? hardened : undefined,
    replica: walled ? hardened : undefined,
    networkPolicy: { enabled: true, allowExternal: false },
  };
}

const lineOf = (name: string, args: readonly Value[]): string =>
  [
    name,
    ...args.map((arg) =>
      typeof arg !== 'string' ? '' : /^[A-Za-z0-9_./:*+@&~-]+$/.test(arg) ? arg : quoted(arg),
    ),
  ].join(' ');

/** The chart has one word for each kind of rule; passwords come out of its secret. */
function chartUser(name: string, rules: readonly RuleWord[]): Yaml | undefined {
  if (name === 'default') return undefined;
  const words = rules.flatMap((rule) => (typeof rule === 'string' ? [rule] : []));
  if (words.some((word) => /^[()]|^clearselectors|\s/.test(word))) return undefined;
  const ofKind = (kind: RegExp): string => words.filter((word) => kind.test(word)).join(' ');
  return {
    username: name,
    enabled: words.includes('off') ? 'off' : 'on',
    keys: ofKind(/^(?:[~%]|allkeys$|resetkeys$)/),
    channels: ofKind(/^(?:&|allchannels$|resetchannels$)/),
    commands: ofKind(/^(?:[+-]|allcommands$|nocommands$)/),
  };
}
