/** 0 clean, 1 findings, 2 could not do the job. */
export type ExitCode = 0 | 1 | 2;
