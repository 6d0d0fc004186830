/** A plan as the planner makes them, for a weak server with files of its own: what the forms are tried with. */
import { resourcesOf } from '../../../src/engine/apply/resources-of.ts';
import type { Action, Claim, Plan, Resource, Step, StepKind } from '../../../src/model/index.ts';

export interface ExampleServer {
  readonly host: string;
  readonly port: number;
  readonly conf: string;
  readonly product?: Plan['nodes'][number]['product'];
  readonly version: string;
}

const node = 'n1';
const unique = (resources: readonly Resource[]): readonly Resource[] => [
  ...new Map(resources.map((one) => [JSON.stringify(one), one])).values(),
];

function step(id: string, kind: StepKind, does: readonly Action[], rest: Partial<Step> = {}): Step {
  return {
    id,
    kind,
    node,
    title: `${kind} of the example`,
    checks: [],
    does,
    undo: unique(does.flatMap(resourcesOf)),
    guard: [],
    proves: [],
    risk: { level: 'none' },
    closes: [],
    needs: 'files',
    ...rest,
  };
}

const admin = { secret: 'user:admin' };
const app = { secret: 'user:app' };
const login = (user: string, password: { readonly secret: string }): Claim => ({
  claim: 'login',
  node,
  as: { kind: 'user', user, password },
  accepted: true,
});

/** Users for all, the default user closed, limits, a file mode; with a step that no form but apply can do at the end. */
export function examplePlan(server: ExampleServer, more: readonly Step[] = []): Plan {
  const { conf } = server;
  const keep = (user: string): Action => ({ do: 'keep-user', node, user, path: conf, file: 'conf' });
  const set = (name: string, value: string): readonly Action[] => [
    { do: 'set-setting', node, name, value },
    { do: 'edit-conf', node, path: conf, changes: [{ do: 'set', name, args: [value] }] },
  ];
  return {
    schema: 'keyward.plan/1',
    version: '0.1.0',
    id: 'example-1',
    madeAt: '2026-01-01T00:00:00.000Z',
    policy: 'recommended',
    nodes: [
      {
        id: node,
        target: { kind: 'tcp', host: server.host, port: server.port, tls: false },
        host: 'here',
        product: server.product ?? 'redis',
        version: server.version,
        mode: 'standalone',
        role: 'master',
        conf,
      },
    ],
    secrets: [
      { id: 'user:admin', label: 'password of user admin', user: 'admin' },
      { id: 'user:app', label: 'password of user app', user: 'app' },
    ],
    steps: [
      step(
        's1',
        'administrator',
        [
          { do: 'set-user', node, user: 'admin', rules: ['reset', 'on', admin, '~*', '&*', '+@all'] },
          keep('admin'),
        ],
        { proves: [login('admin', admin), { claim: 'user-exists', node, user: 'admin', exists: true }] },
      ),
      step(
        's2',
        'user',
        [
          {
            do: 'set-user',
            node,
            user: 'app',
            rules: ['reset', 'on', app, '~*', '&*', '+@all', '-@admin', '-@dangerous'],
          },
          keep('app'),
        ],
        { proves: [login('app', app)] },
      ),
      step('s3', 'limits', [...set('maxclients', '200'), ...set('timeout', '300')], {
        proves: [{ claim: 'setting', node, name: 'maxclients', value: '200' }],
      }),
      step('s4', 'files', [{ do: 'set-access', node, path: conf, mode: '0640' }]),
      step(
        's5',
        'close-default',
        [{ do: 'set-user', node, user: 'default', rules: ['resetpass', 'off'] }, keep('default')],
        {
          guard: [{ claim: 'unused', node, user: 'default' }],
          proves: [{ claim: 'login', node, as: { kind: 'nobody' }, accepted: false }],
          risk: { level: 'refuses', why: 'whoever logs in as nobody' },
        },
      ),
      ...more,
    ],
    held: [],
    unmet: [
      {
        node,
        goal: { kind: 'upgrade', to: '7.2.12' },
        checks: ['known-holes'],
        severity: 'high',
        why: 'Known holes are open.',
        advice: 'Upgrade to 7.2.12.',
      },
    ],
    previews: [],
    census: [],
    basis: [],
  };
}

/** Steps of the systemd kind, for those forms that are about the unit. */
export const unitSteps = (unit: string, text: string): readonly Step[] => [
  step(
    's6',
    'sandbox',
    [
      {
        do: 'write-file',
        node,
        path: `/etc/systemd/system/${unit}.d/keyward.conf`,
        text,
        mode: '0644',
      },
    ],
    { needs: 'root' },
  ),
];

export { step };
