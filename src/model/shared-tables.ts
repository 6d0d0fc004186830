import type { Evidence } from './evidence.ts';

/** Stands for a command table where many servers are written down: the one of the server at that place, from 0. */
interface SameTable {
  readonly sameAs: number;
}

/** Evidence in a list of many, with its command table or the place of the server that has the same. */
export type ListedEvidence = Omit<Evidence, 'facts'> & { readonly facts: Readonly<Record<string, unknown>> };

/** Writes each table once: it is most of what is known of a server, and a fleet has few. The tables are told apart by identity. */
export function shareTables(): (evidence: Evidence) => ListedEvidence {
  const places = new Map<unknown, number>();
  let place = 0;
  return (evidence) => {
    const here = place++;
    const { commandReply } = evidence.facts;
    const there = commandReply.known ? places.get(commandReply.value) : undefined;
    if (there !== undefined)
      return {
        ...evidence,
        facts: { ...evidence.facts, commandReply: { ...commandReply, value: { sameAs: there } } },
      };
    if (commandReply.known) places.set(commandReply.value, here);
    return evidence;
  };
}

const sameAs = (value: unknown): number | undefined => {
  const place = (value as Partial<SameTable> | null | undefined)?.sameAs;
  return typeof place === 'number' ? place : undefined;
};

/** The other way round; evidence that points nowhere stays as it is, for the reader to refuse. */
export const restoreTables = (listed: readonly Evidence[]): readonly Evidence[] =>
  listed.map((evidence) => {
    const { commandReply } = evidence.facts;
    const place = commandReply?.known ? sameAs(commandReply.value) : undefined;
    const there = place === undefined ? undefined : listed[place]?.facts.commandReply;
    if (!commandReply?.known || !there?.known || sameAs(there.value) !== undefined) return evidence;
    return {
      ...evidence,
      facts: { ...evidence.facts, commandReply: { ...commandReply, value: there.value } },
    };
  });
