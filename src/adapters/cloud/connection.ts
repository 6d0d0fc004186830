import type { CloudName, CloudStep } from '../../catalog/firewalls/cloud-change/index.ts';
import type { CloudDocument, Fields } from '../../catalog/firewalls/cloud-shared/index.ts';

/** One account, subscription, project or cluster, as whoever is logged in there. */
export interface CloudConnection {
  readonly cloud: CloudName;
  /** All that `changeCloud` needs, in the form in which the cloud prints it. */
  readonly read: () => Promise<readonly CloudDocument[]>;
  /** The object of a step as it is now, in the words of `before` and `after`. */
  readonly current: (step: CloudStep) => Promise<Fields | undefined>;
  /** Does the step, and waits until the cloud says that it is done. `now`: the object that it takes the place of. */
  readonly carryOut: (step: CloudStep, now: Fields | undefined) => Promise<void>;
}

/** What a package is loaded by; a test may hand in its own. */
export type Load = (name: string) => Promise<unknown>;

/** An optional package that is not there, with what to do. */
export class MissingPackage extends Error {}

/** Loads an optional package when it is used. @throws MissingPackage */
export async function loadPackage<T>(name: string, load: Load = (one) => import(one)): Promise<T> {
  try {
    return (await load(name)) as T;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MissingPackage(`${name} is not installed: npm install ${name}`);
  }
}

/** What a cloud said, without what a library put around it; never longer than a line. */
export const reasonOf = (error: unknown): string => {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  const word = [code, name].find((one) => typeof one === 'string' && one !== '' && one !== 'Error');
  const text = typeof message === 'string' ? message.split('\n')[0] : String(error);
  return `${typeof word === 'string' ? `${word}: ` : ''}${text}`.slice(0, 300);
};

/** As text in which the order of names does not matter, to see whether two values are the same. */
export const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
