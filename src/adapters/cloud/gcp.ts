/** Firewall rules of one project: five calls of the Compute Engine API, with the login of google-auth-library. */
import { vpcRuleFor, type CloudStep } from '../../catalog/firewalls/cloud-change/index.ts';
import {
  field,
  type Fields,
  isFields,
  listOf,
  textOf,
  type Value,
} from '../../catalog/firewalls/cloud-shared/index.ts';
import { type CloudConnection, type Load, loadPackage, reasonOf } from './connection.ts';

export interface GcpOptions {
  readonly project: string;
  /** `https://compute.googleapis.com` where absent. */
  readonly endpoint?: string;
  /** An access token; absent: as google-auth-library finds it. */
  readonly token?: string;
  readonly load?: Load;
}

interface Client {
  readonly request: (options: object) => Promise<{ readonly data: unknown }>;
  readonly setCredentials?: (credentials: object) => void;
}

interface Library {
  readonly GoogleAuth: new (options: object) => { readonly getClient: () => Promise<Client> };
  readonly OAuth2Client: new () => Client;
}

const scopes = ['https://www.googleapis.com/auth/compute'];
/** Each waits up to two minutes at Google's side. */
const mostWaits = 10;
const mostPages = 1000;

export function connectGcp({
  project,
  endpoint = 'https://compute.googleapis.com',
  token,
  load,
}: GcpOptions): CloudConnection {
  const base = `${endpoint}/compute/v1/projects/${encodeURIComponent(project)}/global`;
  let made: Promise<Client> | undefined;
  const client = (): Promise<Client> =>
    (made ??= (async () => {
      const library = await loadPackage<Library>('google-auth-library', load);
      if (token === undefined) return new library.GoogleAuth({ scopes }).getClient();
      const own = new library.OAuth2Client();
      own.setCredentials?.({ access_token: token });
      return own;
    })());
  const call = async (method: string, path: string, body?: object): Promise<Value> => {
    const connection = await client();
    const { data } = await connection.request({
      url: `${base}/${path}`,
      method,
      ...(body ? { data: body } : {}),
    });
    return JSON.parse(JSON.stringify(data)) as Value;
  };
  const finished = async (operation: Value): Promise<void> => {
    const name = encodeURIComponent(textOf(field(operation, 'name')) ?? '');
    let now = operation;
    for (let left = mostWaits; textOf(field(now, 'status')) !== 'DONE'; left--) {
      if (left === 0) throw new Error('the operation does not end');
      try {
        now = await call('POST', `operations/${name}/wait`);
      } catch (error) {
        // No answer about the operation, which goes on: not told as one that has a status of its own.
        throw new Error(`whether the operation ended is not known: ${reasonOf(error)}`, { cause: error });
      }
    }
    const [error] = listOf(field(field(now, 'error'), 'errors'));
    if (error !== undefined)
      throw Object.assign(new Error(textOf(field(error, 'message')) ?? 'it failed'), {
        code: textOf(field(error, 'code')),
        settled: true,
      });
  };
  return {
    cloud: 'gcp',
    read: async () => {
      const rules: Value[] = [];
      let page: string | undefined;
      let left = mostPages;
      do {
        if (left-- === 0) throw new Error(`there are more than ${mostPages} pages of rules`);
        const answer = await call(
          'GET',
          `firewalls?maxResults=500${page === undefined ? '' : `&pageToken=${encodeURIComponent(page)}`}`,
        );
        rules.push(...listOf(field(answer, 'items')));
        page = textOf(field(answer, 'nextPageToken'));
      } while (page !== undefined && page !== '');
      return [{ file: 'gcp', text: JSON.stringify(rules) }];
    },
    current: async ({ name }): Promise<Fields | undefined> => {
      try {
        const rule = await call('GET', `firewalls/${encodeURIComponent(name)}`);
        return isFields(rule) ? rule : undefined;
      } catch (error) {
        const { status, response } = error as { status?: unknown; response?: { status?: unknown } };
        if (status === 404 || response?.status === 404) return undefined;
        throw error;
      }
    },
    carryOut: async ({ name, before, after }: CloudStep) => {
      const path = `firewalls/${encodeURIComponent(name)}`;
      if (!after) return finished(await call('DELETE', path));
      // PUT, and not PATCH, which leaves what is not named.
      return finished(
        await (before ? call('PUT', path, vpcRuleFor(after)) : call('POST', 'firewalls', vpcRuleFor(after))),
      );
    },
  };
}
