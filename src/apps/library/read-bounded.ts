import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The bytes of a file; or why there are none that could be a snapshot, as the rest of a sentence that begins with its name. */
export type ReadBytes = { readonly bytes: Buffer } | { readonly problem: string };

/** Reads a file, at most `max` bytes of it: larger ones, pipes and devices are refused. */
export async function readBounded(path: string, max: number): Promise<ReadBytes> {
  try {
    // A pipe would keep us waiting for somebody to write into it.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const found = await file.stat();
    if (!found.isFile()) return { problem: 'is not a file: make a snapshot with keyward audit --save' };
    const tooLarge = { problem: `is larger than any snapshot (${max >> 20} MiB)` };
    if (found.size > max) return tooLarge;
    const chunks: Buffer[] = [];
    let length = 0;
    // It may grow while it is read.
    for await (const chunk of file.createReadStream({
      end: max,
      highWaterMark: 1 << 20,
      autoClose: false,
    }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
    }
    return length > max ? tooLarge : { bytes: Buffer.concat(chunks, length) };
  } catch (error) {
    return { problem: `cannot be read (${(error as { code?: string }).code ?? 'unknown error'})` };
  }
}
