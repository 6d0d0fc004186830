import { dirname } from 'node:path/posix';
import type { Step, Unmet } from '../model/index.ts';
import { resourcesOf } from './apply/index.ts';
import type { PlannedParts, PlanSubject } from './plan/index.ts';
import { rotateCertificateSteps } from './tls-steps.ts';

export interface CertificateRotation {
  /** ISO 8601: what was made after it is kept, so that a second run changes nothing. */
  readonly olderThan: string;
  readonly days: number;
  /** A new private key as well. */
  readonly newKey: boolean;
}

const text = ({ view }: PlanSubject, name: string): string | undefined => {
  const value = view.settings.known ? view.settings.value[name]?.value : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The names of the certificate that is there: the new one is for the same. */
const namesOf = ({ audit, node }: PlanSubject): readonly string[] => {
  const { servedCertificate } = audit.evidence.facts;
  const had = servedCertificate.known ? servedCertificate.value.names : [];
  if (had.length > 0) return had;
  return node.target.kind === 'tcp' ? [node.target.host] : ['localhost'];
};

/** A new certificate of the same authority on every server, loaded into it, and seen to be the one that it serves. */
export function planCertificateRotation(
  subjects: readonly PlanSubject[],
  { olderThan, days, newKey }: CertificateRotation,
): PlannedParts {
  const steps: Step[] = [];
  const unmet: Unmet[] = [];
  for (const subject of subjects) {
    const { node } = subject;
    const file = text(subject, 'tls-cert-file');
    const tlsPort = Number(text(subject, 'tls-port') ?? 0);
    const refuse = (why: string, advice: string): void => {
      unmet.push({
        node: node.id,
        goal: { kind: 'certificate', path: file ?? 'served', need: 'a new certificate' },
        checks: [],
        severity: 'medium',
        why,
        advice,
      });
    };
    if (!file || tlsPort === 0) {
      refuse('it has no TLS port with a certificate', 'open one: keyward plan --policy strict');
      continue;
    }
    if (!node.host || !file.endsWith('/server.crt')) {
      refuse(
        `${file} is not one of Keyward's own, or not to be reached from here`,
        'renew it where it was made, then CONFIG SET tls-cert-file to the same path loads it',
      );
      continue;
    }
    const made = rotateCertificateSteps(
      {
        node,
        folder: dirname(file),
        host: node.target.kind === 'tcp' ? node.target.host : '127.0.0.1',
        port: Number(text(subject, 'port') ?? 0),
        tlsPort,
      },
      { names: namesOf(subject), days, olderThan, newKey },
    );
    if ('unmet' in made) refuse(made.unmet, made.advice);
    else
      for (const parts of made.steps)
        steps.push({
          ...parts,
          id: `s${steps.length + 1}`,
          node: node.id,
          checks: [],
          undo: parts.does.flatMap(resourcesOf),
          closes: [],
        });
  }
  return { secrets: [], steps, held: [], unmet };
}
