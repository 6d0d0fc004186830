import type { LabOptions, LabOutcome } from '../lab/index.ts';

export type { LabOptions, LabOutcome };

/** The lab, loaded when it is asked for: an audit starts sooner without it. */
export const runLab = async (options: LabOptions): Promise<LabOutcome> =>
  (await import('../lab/index.ts')).runLab(options);

/** A process that the lab starts for itself, as one of its hosts. */
export const runLabPart = async (part: string): Promise<void> =>
  (await import('../lab/index.ts')).runLabPart(part);
