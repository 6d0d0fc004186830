import { readlinkSync } from 'node:fs';
import type { LabOutcome } from '../outcome.ts';

/** What the process inside is told. */
export interface Order {
  /** A folder of its own, that it puts its files into. */
  readonly place: string;
  readonly binary: string;
  /** A folder with programs that were unpacked and are not installed. */
  readonly tools?: string;
  /** Namespaces of whoever orders: it must not be in them. */
  readonly outside: readonly string[];
}

/** What it says. */
export type Word =
  | { readonly say: string }
  | { readonly outcome: LabOutcome }
  | { readonly failed: { readonly message: string; readonly stack?: string } };

/** The network and the mounts that we are in, by the kernel's names. */
export const namespacesHere = (): readonly string[] =>
  ['net', 'mnt'].map((kind) => readlinkSync(`/proc/self/ns/${kind}`));
