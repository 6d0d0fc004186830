/** Network security groups of one resource group, by the SDK of Azure. */
import { nsgRuleFor, type CloudStep } from '../../catalog/firewalls/cloud-change/index.ts';
import { type Fields, fieldsOf, isFields, type Value } from '../../catalog/firewalls/cloud-shared/index.ts';
import { type CloudConnection, type Load, loadPackage } from './connection.ts';

export interface AzureOptions {
  readonly subscription: string;
  readonly resourceGroup: string;
  /** Azure Stack, a sovereign cloud, a test. */
  readonly endpoint?: string;
  /** PEM of who signed the endpoint's certificate, where nobody else knows them. */
  readonly ca?: string;
  /** A `TokenCredential`; absent: DefaultAzureCredential of @azure/identity. */
  readonly credential?: object;
  /** Milliseconds between two looks at an operation that takes its time; the SDK's own where absent. */
  readonly pause?: number;
  readonly load?: Load;
}

interface Rules {
  readonly get: (group: string, nsg: string, name: string) => Promise<unknown>;
  readonly beginCreateOrUpdateAndWait: (
    group: string,
    nsg: string,
    name: string,
    rule: object,
    options: object,
  ) => Promise<unknown>;
  readonly beginDeleteAndWait: (
    group: string,
    nsg: string,
    name: string,
    options: object,
  ) => Promise<unknown>;
}

interface Client {
  readonly securityRules: Rules;
  readonly networkSecurityGroups: { readonly list: (group: string) => AsyncIterable<unknown> };
}

interface Sdk {
  readonly NetworkManagementClient: new (credential: object, subscription: string, options: object) => Client;
}

const plain = (value: unknown): Value => JSON.parse(JSON.stringify(value)) as Value;

export function connectAzure({
  subscription,
  resourceGroup,
  endpoint,
  ca,
  credential,
  pause,
  load,
}: AzureOptions): CloudConnection {
  let made: Promise<Client> | undefined;
  const client = (): Promise<Client> =>
    (made ??= (async () => {
      const { NetworkManagementClient } = await loadPackage<Sdk>('@azure/arm-network', load);
      return new NetworkManagementClient(credential ?? (await defaultCredential(load)), subscription, {
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(ca === undefined ? {} : { tlsOptions: { ca } }),
      });
    })());
  const wait = pause === undefined ? {} : { updateIntervalInMs: pause };
  return {
    cloud: 'azure',
    read: async () => {
      const groups: unknown[] = [];
      for await (const group of (await client()).networkSecurityGroups.list(resourceGroup))
        groups.push(group);
      return [{ file: 'azure', text: JSON.stringify(groups) }];
    },
    current: async ({ owner, name, before }) => {
      try {
        const rule = plain(await (await client()).securityRules.get(resourceGroup, owner, name));
        return isFields(rule) ? seen(nsgRuleFor(rule), before) : undefined;
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined;
        throw error;
      }
    },
    carryOut: async ({ owner, name, after }: CloudStep) => {
      const { securityRules } = await client();
      try {
        if (after)
          await securityRules.beginCreateOrUpdateAndWait(resourceGroup, owner, name, nsgRuleFor(after), wait);
        else await securityRules.beginDeleteAndWait(resourceGroup, owner, name, wait);
      } catch (error) {
        // How an operation ended, in words only; all else may be still at work.
        if (error instanceof Error && error.message.includes('long-running operation has failed'))
          throw Object.assign(error, { settled: true });
        throw error;
      }
    },
  };
}

/** In the words of `before`, which may hold more than a rule is made of. */
const seen = (rule: Fields, before: Fields | undefined): Fields =>
  before
    ? fieldsOf([
        ...Object.entries(before).filter(([name]) => !(name in nsgRuleFor(before))),
        ...Object.entries(rule),
      ])
    : rule;

async function defaultCredential(load: Load | undefined): Promise<object> {
  const identity = await loadPackage<{ readonly DefaultAzureCredential: new () => object }>(
    '@azure/identity',
    load,
  );
  return new identity.DefaultAzureCredential();
}
