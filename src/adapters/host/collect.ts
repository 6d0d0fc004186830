import { printable } from '../../lang/text/printable.ts';
import { type Fact, type Reason, unknown } from '../../model/fact.ts';

/** The `code` of a system error (`EACCES`), or undefined for anything else. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const reasons: Readonly<Record<string, Reason>> = {
  EACCES: 'no-access',
  EPERM: 'no-access',
  ENOTSUP: 'not-supported',
  ETIMEDOUT: 'timed-out',
};

/** A system error as an unknown fact: permission denied is `no-access`, anything else `unreadable`. */
function unknownFrom(error: unknown, what: string): Fact<never> {
  const code = errorCode(error);
  if (code === undefined) return unknown('unreadable', `${what}: ${printable(String(error), 200)}`);
  const why = reasons[code] ?? 'unreadable';
  const words =
    why === 'no-access'
      ? 'permission denied'
      : why === 'not-supported'
        ? printable(String(error), 200)
        : code;
  return unknown(why, `${what}: ${words}`);
}

/**
 * Runs one collector so that it never throws: on a system without /proc the fact is `not-supported`, and what the
 * system refuses becomes the reason.
 */
export async function collect<T>(what: string, read: () => Fact<T> | Promise<Fact<T>>): Promise<Fact<T>> {
  if (process.platform !== 'linux')
    return unknown('not-supported', `${what}: only Linux hosts can be looked into`);
  try {
    return await read();
  } catch (error) {
    return unknownFrom(error, what);
  }
}
