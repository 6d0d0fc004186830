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

/**
 * Connects to a cloud by its name and place: `aws` or `aws:REGION`, `azure:SUBSCRIPTION/RESOURCE-GROUP`, `gcp:PROJECT`,
 * `kubernetes` or `kubernetes:CONTEXT`. Who logs in is found as the cloud's own tools find it.
 *
 * @throws UsageError where the place is none of these
 */
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

/** The same as `planCloudChange`, of what the cloud's API says now. @throws UsageError */
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

/**
 * Does a change: refused where the cloud is not as it was when the change was planned, undone where a step fails. Never
 * tried against the clouds themselves.
 */
export const applyCloudChange = (
  connection: CloudConnection,
  { change }: PlannedCloudChange,
): Promise<CloudOutcome> => carryOut(connection, change);
