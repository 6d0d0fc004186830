import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, drift, line } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';
import type { Drift, Severity } from '../../../model/index.ts';

/** Settings that decide who gets in and what they can do: each is worth a finding of its own. */
const deciding: ReadonlySet<string> = new Set(
  `bind protected-mode tls-port aclfile unixsocket unixsocketperm masterauth masteruser rename-command user
  enable-protected-configs enable-debug-command enable-module-command tls-auth-clients tls-auth-clients-user
  tls-replication tls-cluster tls-protocols tls-ciphers tls-ca-cert-file tls-ca-cert-dir tls-cert-file tls-key-file
  acl-pubsub-default acllog-max-len sanitize-dump-payload replica-read-only slave-read-only dbfilename
  cluster-bus-port-protected-mode`.split(/\s+/),
);
/** What a running cluster, a Sentinel or the server itself changes as a matter of course, or another check tells. */
const ordinary: ReadonlySet<string> = new Set(
  `replicaof slaveof requirepass cluster-announce-ip replica-announce-ip slave-announce-ip myid appendonly maxclients
  oom-score-adj-values`.split(/\s+/),
);

/** Open now, closed by the file: the gravest, since the file looks right. */
function weight({ name, there, here }: Drift): Severity {
  if (name === 'protected-mode' && there === 'yes' && here === 'no') return 'high';
  if (
    name === 'bind' &&
    /(?:^|\s)-?(?:\*|0\.0\.0\.0|::)(?:\s|$)/.test(here) &&
    !/(?:^|\s)-?(?:\*|0\.0\.0\.0)(?:\s|$)/.test(there)
  )
    return 'high';
  return 'medium';
}

export default defineCheck({
  title: 'The running settings differ from the file',
  severity: 'medium',
  why: 'What was set with CONFIG SET is lost at the next restart, and what was edited in the file is not in force until then: the server you check is not the server you will have. Intruders change settings in memory only.',
  remedy:
    'Decide which side of the setting is meant. CONFIG REWRITE writes the running values into the file; CONFIG SET or a restart brings in the file’s.',
  links: ['https://redis.io/docs/latest/commands/config-rewrite/'],
  needs: ['drift'],
  uses: ['conf'],
  judge({ drift: all }, { conf: file }) {
    const differing = all.filter(({ kind, name }) => kind === 'setting' && !ordinary.has(name));
    const grave = differing.filter(({ name }) => deciding.has(name));
    const rest = differing.filter(({ name }) => !deciding.has(name));
    const placeOf = (name: string): { readonly file: string; readonly line: number } | undefined => {
      const at = file.known ? file.value.lines.findLast((one) => one.name === name) : undefined;
      return at && { file: at.file, line: at.line };
    };
    const said = ({ name, there, here }: Drift): string => `${name}: file ${there}, running ${here}`;
    return failEach([
      ...grave.map((one) =>
        fault(said(one), [{ kind: 'investigate', what: `which ${one.name} is meant` }], {
          where: placeOf(one.name),
          severity: weight(one),
        }),
      ),
      ...(rest.length === 0
        ? []
        : [
            fault(listed(rest.map(said), 5), [{ kind: 'investigate', what: 'which values are meant' }], {
              where: placeOf(rest[0]?.name ?? ''),
              severity: 'low',
            }),
          ]),
    ]);
  },
  examples: {
    good: {
      'the same': { drift: [] },
      'Sentinel moved the master': { drift: [drift('replicaof', '10.0.0.5 6379', 'not set')] },
    },
    bad: {
      'opened in memory': {
        drift: [drift('protected-mode', 'yes', 'no'), drift('bind', '127.0.0.1 -::1', '0.0.0.0')],
        conf: conf({ lines: [line('protected-mode', ['yes'], 4)] }),
      },
      'closed in memory, open again after a restart': { drift: [drift('bind', '0.0.0.0', '127.0.0.1')] },
      tuning: { drift: [drift('maxmemory', '1073741824', '2147483648'), drift('timeout', '0', '300')] },
    },
  },
});
