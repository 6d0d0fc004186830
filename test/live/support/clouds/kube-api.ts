/** The API of Kubernetes for network policies: every object has a version, and a stale one is refused. */
import { type Answered, serve, type Served, type Trouble } from './serve.ts';

interface Stored {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec: unknown;
}

export interface KubeApi {
  readonly policies: Map<string, Stored>;
  readonly pods: readonly object[];
  readonly services?: readonly object[];
  readonly trouble: Trouble;
}

export async function serveKubeApi(
  state: KubeApi,
  tls: { readonly key: string; readonly cert: string },
): Promise<Served> {
  let version = 100;
  const status = (code: number, reason: string, message: string): Answered => ({
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
  });
  const stored = (body: string, namespace: string): Stored => {
    const one = JSON.parse(body) as Stored;
    return { ...one, metadata: { ...one.metadata, namespace, resourceVersion: `${++version}` } };
  };
  return serve(
    ({ method, path, query, body }) => {
      if (path === '/api/v1/pods')
        return { body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: state.pods } };
      if (path === '/api/v1/services')
        return { body: { kind: 'ServiceList', apiVersion: 'v1', metadata: {}, items: state.services ?? [] } };
      if (path === '/api/v1/namespaces')
        return { body: { kind: 'NamespaceList', apiVersion: 'v1', metadata: {}, items: [] } };
      if (state.trouble.meets(method)) return status(500, 'InternalError', 'etcdserver: request timed out');
      if (path === '/apis/networking.k8s.io/v1/networkpolicies') {
        const all = [...state.policies.values()];
        const at = Number(query.get('continue') ?? 0);
        return {
          body: {
            kind: 'NetworkPolicyList',
            apiVersion: 'networking.k8s.io/v1',
            metadata: at + 1 < all.length ? { continue: `${at + 1}` } : {},
            items: all.slice(at, at + 1),
          },
        };
      }
      const [, namespace = '', name] =
        /\/namespaces\/([^/]+)\/networkpolicies(?:\/([^/]+))?$/.exec(path) ?? [];
      if (name === undefined) {
        const policy = stored(body, namespace);
        const key = `${namespace}/${policy.metadata.name}`;
        if (state.policies.has(key))
          return status(409, 'AlreadyExists', `networkpolicies "${policy.metadata.name}" already exists`);
        state.policies.set(key, policy);
        return { status: 201, body: policy };
      }
      const key = `${namespace}/${name}`;
      const own = state.policies.get(key);
      if (!own) return status(404, 'NotFound', `networkpolicies "${name}" not found`);
      if (method === 'GET') return { body: own };
      const asked = JSON.parse(body || '{}') as {
        metadata?: { resourceVersion?: string };
        preconditions?: { resourceVersion?: string };
      };
      const wanted = asked.metadata?.resourceVersion ?? asked.preconditions?.resourceVersion;
      if (wanted !== undefined && wanted !== own.metadata.resourceVersion)
        return status(
          409,
          'Conflict',
          'the object has been modified; please apply your changes to the latest version and try again',
        );
      if (method === 'DELETE') {
        state.policies.delete(key);
        return { body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
      }
      const policy = stored(body, namespace);
      state.policies.set(key, policy);
      return { body: policy };
    },
    tls,
    ({ method }) => state.trouble.meets(`cut ${method}`),
  );
}
