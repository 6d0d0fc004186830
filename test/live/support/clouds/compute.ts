/** Firewalls of the Compute Engine API, with operations that are waited for. */
import { type Answered, serve, type Served, type Trouble } from './serve.ts';

type Firewall = Record<string, unknown> & { readonly name: string };

export interface Compute {
  readonly rules: Map<string, Firewall>;
  readonly trouble: Trouble;
}

export async function serveCompute(state: Compute, project: string): Promise<Served> {
  const base = `/compute/v1/projects/${project}/global`;
  const operations = new Map<string, { word: string; do: () => void; isNever?: boolean }>();
  const refused = (code: number, reason: string, message: string): Answered => ({
    status: code,
    body: { error: { code, message, errors: [{ message, domain: 'global', reason }] } },
  });
  const later = (word: string, act: () => void): Answered => {
    const name = `operation-${operations.size + 1}`;
    operations.set(name, { word, do: act });
    return { body: { kind: 'compute#operation', name, status: 'RUNNING' } };
  };
  return serve(
    ({ method, path, query, body }) => {
      const operation = operations.get(/\/operations\/([^/]+)\/wait$/.exec(path)?.[1] ?? '');
      if (operation) {
        // Longer than anybody waits.
        if (state.trouble.meets('never')) [operation.do, operation.isNever] = [() => undefined, true];
        if (state.trouble.meets(operation.word))
          return {
            body: {
              status: 'DONE',
              error: {
                errors: [{ code: 'RESOURCE_OPERATION_RATE_EXCEEDED', message: 'Operation rate exceeded.' }],
              },
            },
          };
        operation.do();
        return { body: { name: path.split('/').at(-2), status: operation.isNever ? 'RUNNING' : 'DONE' } };
      }
      const sent = (): Firewall => {
        const rule = JSON.parse(body) as Firewall;
        return {
          disabled: false,
          logConfig: { enable: false },
          ...rule,
          network: `https://www.googleapis.com/compute/v1/${String(rule['network']).replace(/^https:.*\/v1\//, '')}`,
        };
      };
      if (path === `${base}/firewalls` && method === 'GET') {
        const all = [...state.rules.values()];
        const at = Number(query.get('pageToken') ?? 0);
        return {
          body: {
            items: all.slice(at, at + 1),
            ...(at + 1 < all.length ? { nextPageToken: `${at + 1}` } : {}),
          },
        };
      }
      if (path === `${base}/firewalls`) {
        const rule = sent();
        if (state.rules.has(rule.name))
          return refused(409, 'alreadyExists', `The resource '${rule.name}' already exists`);
        return later('POST', () => void state.rules.set(rule.name, rule));
      }
      const name = path.split('/').at(-1) ?? '';
      const own = state.rules.get(name);
      if (!own) return refused(404, 'notFound', `The resource '${name}' was not found`);
      if (method === 'GET') return { body: own };
      return method === 'DELETE'
        ? later('DELETE', () => void state.rules.delete(name))
        : later('PUT', () => void state.rules.set(name, sent()));
    },
    undefined,
    ({ path }) => path.endsWith('/wait') && state.trouble.meets('cut wait'),
  );
}
