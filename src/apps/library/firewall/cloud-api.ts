import {
  carryOut,
  type CloudConnection,
  type CloudOutcome,
  connectAws,
  connectAzure,
  connectGcp,
  connectKubernetes,
  MissingPackage,
  reasonOf,
} from '../../../adapters/cloud/index.ts';
import { changeCloud } from '../../../catalog/firewalls/cloud-change/index.ts';
import { printable } from '../../../lang/text/index.ts';
import { UsageError } from '../usage-error.ts';
import {
  type CloudChangeOptions,
  type CloudWish,
  type PlannedCloudChange,
  printCloudChange,
} from './plan-cloud-change.ts';

export type { CloudConnection, CloudOutcome } from '../../../adapters/cloud/index.ts';

/** See `cloud.ts`. */
export function connectCloud(place: string): CloudConnection {
  const colon = place.indexOf(':');
  const [cloud, where] = colon < 0 ? [place, ''] : [place.slice(0, colon), place.slice(colon + 1)];
  const [subscription = '', resourceGroup = ''] = where.split('/', 2);
  if (cloud === 'aws') return connectAws(where === '' ? {} : { region: where });
  if (cloud === 'azure' && subscription !== '' && resourceGroup !== '')
    return connectAzure({ subscription, resourceGroup });
  if (cloud === 'gcp' && where !== '') return connectGcp({ project: where });
  if (cloud === 'kubernetes') return connectKubernetes(where === '' ? {} : { context: where });
  throw new UsageError(
    `${printable(place, 60)} is no place of a cloud`,
    'Write aws:REGION, azure:SUBSCRIPTION/RESOURCE-GROUP, gcp:PROJECT or kubernetes:CONTEXT.',
  );
}

/** See `cloud.ts`. */
export async function planCloudChangeLive(
  connection: CloudConnection,
  wish: CloudWish,
  options: Omit<CloudChangeOptions, 'cloud'> = {},
): Promise<PlannedCloudChange> {
  const documents = await connection.read().catch((error: unknown) => {
    throw new UsageError(
      `${connection.cloud} cannot be read: ${printable(error instanceof MissingPackage ? error.message : reasonOf(error))}`,
      'Log in with the command line of the cloud first, and install what is named there.',
    );
  });
  return printCloudChange(changeCloud(connection.cloud, documents, wish), options);
}

/** See `cloud.ts`. */
export const applyCloudChange = (
  connection: CloudConnection,
  { change }: PlannedCloudChange,
): Promise<CloudOutcome> => carryOut(connection, change);
