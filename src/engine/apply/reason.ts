/** What went wrong, as a sentence part. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
