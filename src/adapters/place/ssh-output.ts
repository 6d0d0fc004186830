import type { Readable } from 'node:stream';

// What start files of a login shell may print before our marker.
const noise = 65_536;
const tailLength = 512;

/** The beginning of an output, bounded, and its very end, where the status stands. */
export interface Output {
  readonly bytes: () => Buffer;
  readonly tail: () => string;
  /** Whether more came than was kept. */
  readonly overflowed: () => boolean;
}

/** Keeps at most `most` bytes of a stream and lets the rest run through. */
export function collectOutput(stream: Readable | null, most: number): Output {
  const chunks: Buffer[] = [];
  let kept = 0;
  let tail = Buffer.alloc(0);
  let overflowed = false;
  stream?.on('data', (chunk: Buffer) => {
    const fits = chunk.subarray(0, most + noise - kept);
    if (fits.length > 0) chunks.push(fits);
    kept += fits.length;
    overflowed ||= fits.length < chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-tailLength)]).subarray(-tailLength);
  });
  return {
    bytes: () => Buffer.concat(chunks),
    tail: () => tail.toString('latin1'),
    overflowed: () => overflowed,
  };
}

/** What stands after the marker's line; `undefined` where the marker never came. */
export function afterMarker(bytes: Buffer, marker: string): Buffer | undefined {
  const at = bytes.indexOf(`${marker}\n`);
  return at < 0 ? undefined : bytes.subarray(at + marker.length + 1);
}

/** The status in the last line of standard error; `undefined` where the connection broke before it. */
export function statusIn(tail: string, marker: string): number | undefined {
  const [, status] = tail.slice(tail.lastIndexOf(`\n${marker} `) + 1).split(/[ \n]/);
  return tail.includes(`\n${marker} `) && /^\d{1,3}$/.test(status ?? '') ? Number(status) : undefined;
}
