import {
  compareSeverity,
  type CheckResult,
  type Finding,
  type Goal,
  type Severity,
} from '../../model/index.ts';

/** One thing to do, for all the findings that it ends. */
export interface Remedy {
  readonly text: string;
  readonly goals: readonly Goal[];
  readonly findings: readonly Finding[];
  /** Cells of the exposure table that its findings open. Another finding may open some of them as well. */
  readonly closes: number;
  readonly severity: Severity;
  /** An intruder is dealt with before anything is mended: mending destroys traces. */
  readonly urgent: boolean;
}

export const isSign = ({ theme }: CheckResult): boolean => theme === 'compromise';

/** Findings with equal remedies, or with the very same goals, are ended by one thing. */
function gather(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const sets: Finding[][] = [];
  const home = new Map<string, Finding[]>();
  for (const finding of findings) {
    const urgent = isSign(finding) ? 'sign' : 'fault';
    const keys = [`${urgent} text ${finding.remedy}`];
    if (finding.goals.length > 0) keys.push(`${urgent} goals ${JSON.stringify(finding.goals)}`);
    let set = keys.map((key) => home.get(key)).find((found) => found !== undefined);
    if (!set) sets.push((set = []));
    set.push(finding);
    for (const key of keys) if (!home.has(key)) home.set(key, set);
  }
  return sets;
}

/** What to do, in order: signs of compromise, then by the gravest finding that it ends, then what closes most. */
export function remedies(findings: readonly Finding[]): readonly Remedy[] {
  return gather(findings)
    .flatMap((set): Remedy[] => {
      const [first] = set;
      if (!first) return [];
      const goals = new Map(
        set.flatMap((finding) => finding.goals).map((goal) => [JSON.stringify(goal), goal]),
      );
      return [
        {
          text: first.remedy,
          goals: [...goals.values()],
          findings: set,
          closes: new Set(set.flatMap(({ opens }) => opens)).size,
          severity: set
            .map(({ severity }) => severity)
            .reduce((a, b) => (compareSeverity(a, b) >= 0 ? a : b)),
          urgent: isSign(first),
        },
      ];
    })
    .toSorted(
      (a, b) =>
        Number(b.urgent) - Number(a.urgent) || compareSeverity(b.severity, a.severity) || b.closes - a.closes,
    );
}
