export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** Orders severities: negative when `a` is the lesser. */
export const compareSeverity = (a: Severity, b: Severity): number =>
  severities.indexOf(a) - severities.indexOf(b);

/** `steps` levels down, never below `low` (a fault stays a fault). */
export const lower = (severity: Severity, steps: number): Severity =>
  severity === 'info' ? 'info' : (severities[Math.max(1, severities.indexOf(severity) - steps)] ?? 'low');
