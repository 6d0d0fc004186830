import type { Fact, FileFacts, Goal, ProcessFacts } from '../../model/index.ts';
import { closedToOthers } from './modes.ts';

/**
 * A file closed to others, and still open to the server: where the server is neither its owner nor in its group, the
 * file gets the server's group, or the next start would fail on it.
 */
export function closing({ path, mode, owner, group }: FileFacts, process: Fact<ProcessFacts>): Goal {
  const closed = closedToOthers(mode);
  const shut: Goal = { kind: 'file', path, mode: closed };
  if (!process.known || process.value.uid === 0) return shut;
  const { user, group: own } = process.value;
  if (owner === user || group === own || owner === '' || own === '') return shut;
  // Its group must be able to read it then.
  return {
    ...shut,
    mode: (Number.parseInt(closed, 8) | 0o040).toString(8).padStart(4, '0'),
    group: own,
  };
}
