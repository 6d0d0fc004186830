import { unknown, type Collected, type ConfFacts } from '../../model/index.ts';
import { liveCollectors } from '../collectors/index.ts';

/** Which command each fact of the live server is asked with: `CONFIG` for `config`. */
const commandOf = new Map<string, string>(
  liveCollectors.map(({ fact, ask }) => [fact, ask[0]?.name.split(' ', 1)[0] ?? '']),
);

/** A command that the file switches off is no longer "too old, renamed, or disabled": the line says which. */
export function sayDisabled(facts: Partial<Collected>, conf: ConfFacts): Partial<Collected> {
  const off = new Map(
    conf.renames.filter(({ to }) => to === '').map((rename) => [rename.from.toUpperCase(), rename]),
  );
  const told = Object.entries(facts).map(([name, fact]) => {
    const rename = off.get(commandOf.get(name) ?? '');
    if (!rename || fact.known || fact.why !== 'not-supported') return [name, fact];
    const where = `${rename.file}:${rename.line}`;
    return [name, unknown('not-supported', `${rename.from} is switched off (rename-command, ${where})`)];
  });
  return Object.fromEntries(told) as Partial<Collected>;
}
