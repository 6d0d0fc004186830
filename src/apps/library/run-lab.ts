import type { LabOptions, LabOutcome } from '../lab/index.ts';

export type { LabOptions, LabOutcome };

/** The lab, loaded when it is asked for: an audit starts sooner without it. */
export const runLab = async (options: LabOptions): Promise<LabOutcome> =>
  (await import('../lab/index.ts')).runLab(options);
