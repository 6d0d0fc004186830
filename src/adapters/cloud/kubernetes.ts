/** Network policies of one cluster, by the client of Kubernetes. */
import { policyFor, type CloudStep } from '../../catalog/firewalls/cloud-change/index.ts';
import {
  fieldAt,
  type Fields,
  fieldsOf,
  isFields,
  textOf,
  type Value,
} from '../../catalog/firewalls/cloud-shared/index.ts';
import { type CloudConnection, type Load, loadPackage, sorted } from './connection.ts';

export interface KubernetesOptions {
  /** Text of a kubeconfig; absent: as kubectl finds it. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly load?: Load;
}

type Call = (input: object) => Promise<unknown>;
type Api = Readonly<Record<string, Call>>;

interface Library {
  readonly KubeConfig: new () => {
    readonly loadFromDefault: () => void;
    readonly loadFromString: (text: string) => void;
    readonly setCurrentContext: (name: string) => void;
    readonly makeApiClient: (api: unknown) => Api;
  };
  readonly NetworkingV1Api: unknown;
  readonly CoreV1Api: unknown;
}

const mostPages = 1000;

/** The client writes `from` of a rule, a word of its language, as `_from`; a label of that name is left alone. */
function renamed(value: unknown, from: string, to: string): unknown {
  const { spec } = value as { readonly spec?: { readonly ingress?: unknown } };
  if (!spec || !Array.isArray(spec.ingress)) return value;
  const ingress = spec.ingress.map((rule: unknown) =>
    typeof rule === 'object' && rule !== null
      ? Object.fromEntries(Object.entries(rule).map(([name, one]) => [name === from ? to : name, one]))
      : rule,
  );
  return { ...(value as object), spec: { ...spec, ingress } };
}

const read = (value: unknown): Value => renamed(JSON.parse(JSON.stringify(value)), '_from', 'from') as Value;

export function connectKubernetes({ kubeconfig, context, load }: KubernetesOptions = {}): CloudConnection {
  let made: Promise<{ readonly networking: Api; readonly core: Api }> | undefined;
  const client = (): Promise<{ readonly networking: Api; readonly core: Api }> =>
    (made ??= loadPackage<Library>('@kubernetes/client-node', load).then((library) => {
      const config = new library.KubeConfig();
      if (kubeconfig === undefined) config.loadFromDefault();
      else config.loadFromString(kubeconfig);
      if (context !== undefined) config.setCurrentContext(context);
      return {
        networking: config.makeApiClient(library.NetworkingV1Api),
        core: config.makeApiClient(library.CoreV1Api),
      };
    }));
  const all = async (api: Api, call: string, kind: string): Promise<string> => {
    const items: unknown[] = [];
    let next: string | undefined;
    let left = mostPages;
    do {
      if (left-- === 0) throw new Error(`there are more than ${mostPages} pages of ${kind}`);
      const list = (await api[call]?.({
        limit: 250,
        ...(next === undefined ? {} : { _continue: next }),
      })) as {
        readonly items?: readonly unknown[];
        readonly metadata?: Readonly<Record<string, string | undefined>>;
      };
      items.push(...(list.items ?? []));
      next = list.metadata?.['_continue'];
    } while (next !== undefined && next !== '');
    return JSON.stringify({
      apiVersion: kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'v1',
      kind: 'List',
      items: items.map((item) => whole(item, kind)),
    });
  };
  return {
    cloud: 'kubernetes',
    read: async () => {
      const { networking, core } = await client();
      return [
        {
          file: 'networkpolicies',
          text: await all(networking, 'listNetworkPolicyForAllNamespaces', 'NetworkPolicy'),
        },
        { file: 'namespaces', text: await all(core, 'listNamespace', 'Namespace') },
        { file: 'pods', text: await all(core, 'listPodForAllNamespaces', 'Pod') },
        { file: 'services', text: await all(core, 'listServiceForAllNamespaces', 'Service') },
      ];
    },
    current: async ({ owner, name, before }) => {
      try {
        const policy = read(
          await (await client()).networking['readNamespacedNetworkPolicy']?.({ name, namespace: owner }),
        );
        if (!isFields(policy)) return undefined;
        // Compared by what it says; its version goes along, for the call that takes its place.
        const isSame =
          before !== undefined &&
          sorted(policyFor(before, false)['spec']) === sorted(policyFor(policy, false)['spec']);
        return isSame
          ? fieldsOf([
              ...Object.entries(before),
              ['metadata', before['metadata']],
              ['(now)', fieldAt(policy, 'metadata', 'resourceVersion')],
            ])
          : policy;
      } catch (error) {
        if ((error as { code?: number }).code === 404) return undefined;
        throw error;
      }
    },
    carryOut: async ({ owner, name, after }: CloudStep, now) => {
      const { networking } = await client();
      const version = textOf(now?.['(now)']);
      const body = after && (renamed(policyFor(after, false), 'from', '_from') as Fields);
      if (!body) {
        await networking['deleteNamespacedNetworkPolicy']?.({
          name,
          namespace: owner,
          body: { preconditions: { resourceVersion: version } },
        });
        return;
      }
      if (!now) {
        await networking['createNamespacedNetworkPolicy']?.({ namespace: owner, body });
        return;
      }
      const metadata = { ...(body['metadata'] as Fields), resourceVersion: version };
      await networking['replaceNamespacedNetworkPolicy']?.({
        name,
        namespace: owner,
        body: { ...body, metadata },
      });
    },
  };
}

/** Items of a list go without their kind. */
const whole = (item: unknown, kind: string): unknown => ({
  apiVersion: kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'v1',
  kind,
  ...(read(item) as Fields),
});
