/** Azure Resource Manager: resources with their own address, and operations that take their time. */
import { type Answered, serve, type Served, type Trouble } from './serve.ts';

export interface Arm {
  /** Rules of each group, by name, with their properties. */
  readonly groups: Map<string, Map<string, Record<string, unknown>>>;
  readonly trouble: Trouble;
}

const provider = '/providers/Microsoft.Network';

export async function serveArm(
  state: Arm,
  { subscription, resourceGroup }: { readonly subscription: string; readonly resourceGroup: string },
  tls: { readonly key: string; readonly cert: string },
): Promise<Served> {
  const base = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}${provider}/networkSecurityGroups`;
  const operations = new Map<string, { left: number; do: () => void; failed: boolean }>();
  const ruleOf = (group: string, name: string, properties: object): object => ({
    id: `${base}/${group}/securityRules/${name}`,
    name,
    type: 'Microsoft.Network/networkSecurityGroups/securityRules',
    properties: { provisioningState: 'Succeeded', ...properties },
  });
  const problem = (status: number, code: string, message: string): Answered => ({
    status,
    body: { error: { code, message } },
  });
  const later = (
    url: string,
    word: string,
    act: () => void,
    status: number,
    body: object | string,
  ): Answered => {
    const id = `${operations.size + 1}`;
    operations.set(id, { left: 1, do: act, failed: state.trouble.meets(word) });
    const place = `${url}/subscriptions/${subscription}${provider}/locations/x/operations/${id}?api-version=1`;
    return {
      status,
      headers: {
        'azure-asyncoperation': place,
        location: place.replace('/operations/', '/operationResults/'),
      },
      body,
    };
  };
  return serve(({ method, path, query, body }, url) => {
    const operation = operations.get(/\/operations\/(\d+)$/.exec(path)?.[1] ?? '');
    if (operation) {
      if (operation.left-- > 0) return { body: { status: 'InProgress' } };
      if (operation.failed)
        return {
          body: { status: 'Failed', error: { code: 'InternalServerError', message: 'An error occurred.' } },
        };
      operation.do();
      return { body: { status: 'Succeeded' } };
    }
    if (path === base && method === 'GET') {
      const names = [...state.groups.keys()];
      const at = Number(query.get('$skiptoken') ?? 0);
      const name = names[at] ?? '';
      return {
        body: {
          value: [
            {
              id: `${base}/${name}`,
              name,
              location: 'x',
              properties: {
                securityRules: Array.from(state.groups.get(name) ?? [], ([rule, properties]) =>
                  ruleOf(name, rule, properties),
                ),
                defaultSecurityRules: [],
              },
            },
          ],
          ...(at + 1 < names.length ? { nextLink: `${url}${base}?api-version=1&$skiptoken=${at + 1}` } : {}),
        },
      };
    }
    const [, group = '', name = ''] =
      /\/networkSecurityGroups\/([^/]+)\/securityRules\/([^/]+)$/.exec(path) ?? [];
    const rules = state.groups.get(group);
    if (!rules) return problem(404, 'ResourceNotFound', `The Resource ${path} was not found.`);
    const own = rules.get(name);
    if (method === 'GET')
      return own
        ? { body: ruleOf(group, name, own) }
        : problem(404, 'NotFound', `Resource ${name} not found.`);
    if (method === 'DELETE')
      return own ? later(url, 'DELETE', () => void rules.delete(name), 202, '') : { status: 204 };
    const { properties } = JSON.parse(body) as { properties: Record<string, unknown> };
    const clash = [...rules].some(
      ([other, one]) =>
        other !== name &&
        one['priority'] === properties['priority'] &&
        one['direction'] === properties['direction'],
    );
    if (clash)
      return problem(400, 'SecurityRuleConflict', 'Rules cannot have the same Priority and Direction.');
    return later(
      url,
      'PUT',
      () => void rules.set(name, properties),
      own ? 200 : 201,
      ruleOf(group, name, { ...properties, provisioningState: 'Updating' }),
    );
  }, tls);
}
