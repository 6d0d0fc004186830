import {
  changeCloud,
  type CloudChange,
  type CloudForm,
  type CloudName,
  type CloudWish,
  nameOfCloud,
  ownForm,
  printChange,
  wayBack,
} from '../../../catalog/firewalls/cloud-change/index.ts';
import { printable } from '../../../lang/text/index.ts';
import { readBounded } from '../read-bounded.ts';
import { UsageError } from '../usage-error.ts';

export type {
  CloudChange,
  CloudForm,
  CloudName,
  CloudStep,
  CloudWish,
} from '../../../catalog/firewalls/cloud-change/index.ts';

export interface CloudChangeOptions {
  /** Whose documents these are; found out by what stands in them where absent. */
  readonly cloud?: CloudName;
  /** In whose words; those of the cloud's own command line where absent. */
  readonly form?: CloudForm;
  /** The way back in place of the change. */
  readonly undo?: boolean;
}

/** A change that was proved, and as it is printed. */
export interface PlannedCloudChange {
  readonly change: Extract<CloudChange, { readonly steps: unknown }>;
  readonly text: string;
}

const mostBytes = 64 << 20;

/** See `cloud.ts`. */
export async function planCloudChange(
  files: readonly string[],
  wish: CloudWish,
  { cloud, form, undo = false }: CloudChangeOptions = {},
): Promise<PlannedCloudChange> {
  const documents = await Promise.all(
    files.map(async (file) => {
      const read = await readBounded(file, mostBytes);
      if ('problem' in read)
        throw new UsageError(
          `${printable(file, 300)} cannot be read`,
          'Give a file with what aws, az, gcloud or kubectl printed as JSON.',
        );
      return { text: read.bytes.toString('utf8'), file };
    }),
  );
  const whose = cloud ?? nameOfCloud(documents);
  if (whose === undefined)
    throw new UsageError(
      'whose rules these are cannot be seen',
      'Give what aws ec2 describe-security-groups, az network nsg list, gcloud compute firewall-rules list or kubectl get networkpolicies prints as JSON.',
    );
  return printCloudChange(
    changeCloud(whose, documents, wish),
    form === undefined ? { undo } : { form, undo },
  );
}

/** @throws UsageError where there is no change, or these words do not fit */
export function printCloudChange(
  change: CloudChange,
  { form, undo = false }: Omit<CloudChangeOptions, 'cloud'>,
): PlannedCloudChange {
  if ('refused' in change) throw new UsageError(printable(change.refused), printable(change.hint));
  const shown = undo
    ? { ...change, steps: wayBack(change.steps), objects: change.wanted, wanted: change.objects }
    : change;
  const printed = printChange(shown, form ?? ownForm[change.cloud]);
  if ('problem' in printed) throw new UsageError(printed.problem, 'Choose another form with --as.');
  return { change, text: printed.text };
}
