import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The bytes of a file; or why there are none, as the rest of a sentence that begins with its name. */
export type ReadBytes = { readonly bytes: Buffer } | { readonly problem: string };

/** What a file should be, for the words of a refusal: `plan`, and how to get one. */
export interface Wanted {
  readonly what: string;
  readonly make: string;
}

/** Reads a file, at most `max` bytes of it: larger ones, pipes and devices are refused. */
export async function readBounded(path: string, max: number, wanted?: Wanted): Promise<ReadBytes> {
  try {
    // A pipe would keep us waiting for somebody to write into it.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) return { problem: `is not a file${wanted ? `: ${wanted.make}` : ''}` };
    if (found.size > max)
      return { problem: `is larger than any ${wanted?.what ?? 'such file'} (${max >> 20} MiB)` };
    // One byte more than there is, to see whether it grows while it is read.
    const bytes = Buffer.allocUnsafe(found.size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (length === bytes.length) return { problem: 'is being written: wait until it is complete' };
      if (bytesRead === 0) return { bytes: bytes.subarray(0, length) };
    }
  } catch (error) {
    return { problem: `cannot be read (${(error as { code?: string }).code ?? 'unknown error'})` };
  }
}
