import { textOf } from '../host/bounded-read.ts';

/** The number of a process in its own pid namespace, as the process itself knows it: in a container often 1. */
export function innerPid(pid: number): number {
  const line = /^NSpid:\s*(.+)$/m.exec(textOf(`/proc/${pid}/status`, 8192) ?? '')?.[1];
  return Number(line?.trim().split(/\s+/).at(-1) ?? pid);
}
