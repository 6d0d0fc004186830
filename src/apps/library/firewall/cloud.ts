/** Rules of clouds, loaded when they are asked for: an audit needs none of it. */
import type { CloudConnection, CloudOutcome } from './cloud-api.ts';
import type { CloudChangeOptions, CloudWish, PlannedCloudChange } from './plan-cloud-change.ts';

export type { CloudConnection, CloudOutcome } from './cloud-api.ts';
export type {
  CloudChange,
  CloudChangeOptions,
  CloudForm,
  CloudName,
  CloudStep,
  CloudWish,
  PlannedCloudChange,
} from './plan-cloud-change.ts';

/**
 * The smallest change to what a cloud's command line printed, so that these sources reach these ports: proved on the
 * objects as they would be, and printed for its tools. Nothing is changed anywhere.
 *
 * @throws UsageError where the files cannot be read, or no change could be proved
 * @example await planCloudChange(['groups.json'], { mode: 'only', ports: [[6379, 6379]], sources: ['10.0.0.0/8'] })
 */
export const planCloudChange = async (
  files: readonly string[],
  wish: CloudWish,
  options: CloudChangeOptions = {},
): Promise<PlannedCloudChange> =>
  (await import('./plan-cloud-change.ts')).planCloudChange(files, wish, options);

/**
 * Connects to a cloud by its name and place: `aws` or `aws:REGION`, `azure:SUBSCRIPTION/RESOURCE-GROUP`, `gcp:PROJECT`,
 * `kubernetes` or `kubernetes:CONTEXT`. Who logs in is found as the cloud's own tools find it.
 *
 * @throws UsageError where the place is none of these
 */
export const connectCloud = async (place: string): Promise<CloudConnection> =>
  (await import('./cloud-api.ts')).connectCloud(place);

/** The same as `planCloudChange`, of what the cloud's API says now. @throws UsageError */
export const planCloudChangeLive = async (
  connection: CloudConnection,
  wish: CloudWish,
  options: Omit<CloudChangeOptions, 'cloud'> = {},
): Promise<PlannedCloudChange> =>
  (await import('./cloud-api.ts')).planCloudChangeLive(connection, wish, options);

/**
 * Does a change: refused where the cloud is not as it was when the change was planned, undone where a step fails. Never
 * tried against the clouds themselves.
 */
export const applyCloudChange = async (
  connection: CloudConnection,
  planned: PlannedCloudChange,
): Promise<CloudOutcome> => (await import('./cloud-api.ts')).applyCloudChange(connection, planned);
