import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readJournal, type ReadJournal } from '../../../adapters/journal/journal-file.ts';
import { stateFolder } from '../../../adapters/journal/state-folder.ts';
import { standingOf, type Journal } from '../../../engine/apply/index.ts';
import { targetName, withoutUser, type PlanNode } from '../../../model/index.ts';
import { printable } from '../../../lang/text/index.ts';
import { UsageError } from '../usage-error.ts';
import { leftOnlyTheirs } from './changed-since.ts';

export interface KnownJournal extends ReadJournal, Journal {
  readonly path: string;
  readonly secretsFile: string | undefined;
  /** Where clients were told their logins. */
  readonly publishedSecrets: string | undefined;
}

/** @throws UsageError where it cannot be made */
export function stateFolderOf(what: 'journals' | 'locks'): string {
  try {
    return stateFolder(what);
  } catch (error) {
    throw new UsageError(
      `the folder of Keyward's ${what} cannot be made: ${(error as Error).message}`,
      'Make room or give the rights, or name another folder in KEYWARD_STATE.',
    );
  }
}

const folder = (): string => stateFolderOf('journals');

/** From the root: who goes on with it may be in another folder. */
export const journalPath = (plan: string): string => resolve(folder(), `${plan}.jsonl`);

/**
 * A journal by its path, or by its plan's id.
 *
 * @throws UsageError where there is none or it makes no sense
 */
export function openJournal(named: string): KnownJournal {
  const path = existsSync(named) ? named : /^[\w-]+$/.test(named) ? journalPath(named) : named;
  if (!existsSync(path))
    throw new UsageError(`there is no journal ${printable(named, 200)}`, `Journals are in ${folder()}.`);
  try {
    return known(path);
  } catch (error) {
    throw new UsageError(
      `${printable(path, 300)} cannot be read: ${(error as Error).message}`,
      'Name a journal of Keyward.',
    );
  }
}

function known(path: string): KnownJournal {
  const read = readJournal(path);
  const begin = read.entries.find(({ entry }) => entry === 'begin');
  return {
    path,
    ...read,
    ...standingOf(read.entries),
    secretsFile: begin?.entry === 'begin' ? begin.secretsFile : undefined,
    publishedSecrets: begin?.entry === 'begin' ? begin.publishedSecrets : undefined,
  };
}

/** The newest first. What cannot be read is left out. */
export function allJournals(): readonly KnownJournal[] {
  const paths = readdirSync(folder())
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder(), name));
  const aged = paths.flatMap((path) => {
    try {
      return [{ path, at: statSync(path).mtimeMs }];
    } catch {
      return [];
    }
  });
  return aged
    .toSorted((a, b) => b.at - a.at)
    .flatMap(({ path }) => {
      try {
        return [known(path)];
      } catch {
        return [];
      }
    });
}

/** What a lock is on: the server, by any of the names under which two people could mean it. */
export const namesOf = ({ target, conf, host }: PlanNode): readonly string[] => [
  targetName(withoutUser(target)),
  ...(conf && host ? [`${host}:${conf}`] : []),
];

const sharesServer = (a: readonly PlanNode[], b: readonly PlanNode[]): boolean => {
  const names = new Set(a.flatMap(namesOf));
  return b.flatMap(namesOf).some((name) => names.has(name));
};

/** What a journal's plan touched, named so that another plan of the same server names it alike. */
function touchedBy({ plan, captured }: KnownJournal): ReadonlySet<string> {
  const names = new Map((plan?.nodes ?? []).map((node) => [node.id, namesOf(node)]));
  return new Set(
    captured.flatMap(({ resource: { node, ...thing } }) =>
      (names.get(node) ?? []).map((name) => JSON.stringify([name, Object.entries(thing).toSorted()])),
    ),
  );
}

const begunAt = ({ entries }: KnownJournal): number => {
  const begin = entries.find(({ entry }) => entry === 'begin');
  return begin?.entry === 'begin' ? Date.parse(begin.at) : 0;
};

/** Changes that stand, and were made after this one to the same things: they have to go back first. The newest first. */
export function laterOn(journal: KnownJournal): readonly KnownJournal[] {
  const touched = touchedBy(journal);
  return allJournals()
    .filter(
      ({ standing }) =>
        standing.kind === 'applied' || (standing.kind === 'ended' && standing.outcome.kind === 'done'),
    )
    .filter((other) => begunAt(other) > begunAt(journal))
    .filter((other) => [...touchedBy(other)].some((name) => touched.has(name)))
    .toSorted((a, b) => begunAt(b) - begunAt(a));
}

/** Journals of these servers that have not come to their end. */
export const pendingOf = (nodes: readonly PlanNode[]): readonly KnownJournal[] =>
  allJournals().filter(
    (journal) =>
      journal.plan !== undefined &&
      sharesServer(journal.plan.nodes, nodes) &&
      (journal.standing.kind === 'applied' ||
        journal.standing.kind === 'interrupted' ||
        (journal.standing.kind === 'ended' &&
          journal.standing.outcome.kind === 'stuck' &&
          !leftOnlyTheirs(journal))),
  );
