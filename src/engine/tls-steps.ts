import { directiveTable } from '../lang/conf/index.ts';
import type { Action, Claim, PlanNode, PlannedChange, RuleWord, Step } from '../model/index.ts';

/** What a step is made of; whoever orders the plan adds id, node, checks, undo and the cells that it closes. */
export type StepParts = Pick<Step, 'kind' | 'title' | 'does' | 'guard' | 'proves' | 'risk' | 'needs'>;

/** Steps in their order, or why there can be none here and what a person can do. */
export type TlsSteps =
  | { readonly steps: readonly StepParts[] }
  | { readonly unmet: string; readonly advice: string };

/** A server that is to speak TLS, and where its certificates are. */
export interface TlsPlace {
  readonly node: Pick<PlanNode, 'id' | 'product' | 'version' | 'conf' | 'restart'>;
  /** Absolute, ours alone: `ca.key ca.crt server.key server.crt` and those of clients. */
  readonly folder: string;
  /** Address at which its ports are tried. */
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  /** Account that the server runs as: it must read its key. */
  readonly owner?: string;
  readonly group?: string;
}

export interface CertificateWish {
  /** DNS names and addresses by which clients reach the server. */
  readonly names: readonly string[];
  readonly days: number;
  /** Common names of the client certificates to make beside it. */
  readonly clients?: readonly string[];
}

const none = { level: 'none' } as const;
const claimsOf = (place: TlsPlace) => ({
  serves: {
    claim: 'serves',
    node: place.node.id,
    host: place.host,
    port: place.tlsPort,
    certificate: `${place.folder}/server.crt`,
    ca: `${place.folder}/ca.crt`,
  } as const satisfies Claim,
  plain: (open: boolean): Claim => ({
    claim: 'port',
    node: place.node.id,
    host: place.host,
    port: place.port,
    tls: false,
    open,
  }),
});

const certificates = (place: TlsPlace, { names, days, clients = [] }: CertificateWish) => {
  const { folder, owner, group } = place;
  return {
    do: 'make-certificate',
    node: place.node.id,
    folder,
    names,
    days,
    clients,
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  } as const satisfies Action;
};

const tableOf = ({ product, version }: TlsPlace['node']) =>
  product === 'redis' || product === 'valkey' || product === 'keydb'
    ? directiveTable(product, version)
    : undefined;

const noTls = {
  unmet: 'This server knows no TLS: it came with Redis 6.0.',
  advice: 'Upgrade it; until then put the stunnel pair in front of it and bind it to loopback.',
} as const;

/** The directives in their order: on the running server, and where they are kept. */
function settle(
  place: TlsPlace,
  settings: readonly (readonly [name: string, value: string])[],
):
  | { readonly does: readonly Action[]; readonly proves: readonly Claim[]; readonly restarts: boolean }
  | undefined {
  const { id: node, conf, restart } = place.node;
  const table = tableOf(place.node);
  const restarts = settings.some(([name]) => table?.get(name)?.mutable !== true);
  if (restarts && (conf === undefined || restart === undefined)) return undefined;
  const live = settings.map(([name, value]): Action => ({ do: 'set-setting', node, name, value }));
  const changes = settings.map(([name, value]): PlannedChange => ({ do: 'set', name, args: [value] }));
  const kept: Action =
    conf === undefined
      ? { do: 'save', node, by: 'config-rewrite' }
      : { do: 'edit-conf', node, path: conf, changes };
  const again: readonly Action[] = restarts && restart ? [{ do: 'restart', node, by: restart }] : [];
  return {
    does: [...(restarts ? [] : live), kept, ...again],
    proves: settings.flatMap(([name, value]): readonly Claim[] => [
      { claim: 'setting', node, name, value },
      ...(conf === undefined ? [] : [{ claim: 'file-sets', node, path: conf, name, value } as const]),
    ]),
    restarts,
  };
}

const cannotRestart = (what: string, { version }: TlsPlace['node']) => ({
  unmet: `${version} takes ${what} only from its file at start, and its file or its restart is out of reach.`,
  advice: 'Run Keyward where the server runs, with --restart.',
});

const riskOf = (restarts: boolean): Step['risk'] =>
  restarts ? { level: 'restart', why: 'this version opens ports only at start' } : none;

const needsOf = ({ node, owner }: TlsPlace): Step['needs'] =>
  owner !== undefined || node.restart?.kind === 'systemd' ? 'root' : 'files';

const loadAgain = ({ node, folder }: TlsPlace): Action => ({
  do: 'set-setting',
  node: node.id,
  name: 'tls-cert-file',
  value: `${folder}/server.crt`,
});

/**
 * TLS beside the plain port: nobody is turned away yet. Client certificates are accepted, and not yet asked for.
 * Files first and the port last: a server that has the port open takes no half of a certificate. Then the certificate
 * once more: a server (7.2 and later) that had a TLS port before, and closed it, opens it again with what it had loaded
 * then, whatever its settings say, and loads files only when it is told of them with the port open.
 */
export function dualPortSteps(place: TlsPlace, wish: CertificateWish): TlsSteps {
  if (tableOf(place.node)?.get('tls-port') === undefined) return noTls;
  const set = settle(place, [
    ['tls-cert-file', `${place.folder}/server.crt`],
    ['tls-key-file', `${place.folder}/server.key`],
    ['tls-ca-cert-file', `${place.folder}/ca.crt`],
    ['tls-auth-clients', 'optional'],
    ['tls-port', String(place.tlsPort)],
  ]);
  if (set === undefined) return cannotRestart('tls-port', place.node);
  const { serves, plain } = claimsOf(place);
  return {
    steps: [
      {
        kind: 'tls',
        title: `TLS at port ${place.tlsPort}, beside the plain port`,
        does: [certificates(place, wish), ...set.does, ...(set.restarts ? [] : [loadAgain(place)])],
        guard: [{ claim: 'answers', node: place.node.id }],
        proves: [...set.proves, serves, plain(true)],
        risk: riskOf(set.restarts),
        needs: needsOf(place),
      },
    ],
  };
}

/** The plain port goes once nobody is on it any more: the guard waits for that, and gives up rather than refuse. */
export function plainPortSteps(place: TlsPlace): TlsSteps {
  if (tableOf(place.node)?.get('tls-port') === undefined) return noTls;
  const set = settle(place, [['port', '0']]);
  if (set === undefined) return cannotRestart('port', place.node);
  const { serves, plain } = claimsOf(place);
  return {
    steps: [
      {
        kind: 'plain-port',
        title: `No plain port: TLS at ${place.tlsPort} only`,
        does: set.does,
        guard: [serves, { claim: 'unused', node: place.node.id, port: place.port }],
        proves: [...set.proves, plain(false), serves],
        risk: set.restarts
          ? riskOf(true)
          : {
              level: 'refuses',
              why: `whoever connects to ${place.port} without TLS and was not connected while we waited`,
            },
        needs: needsOf(place),
      },
    ],
  };
}

/**
 * A new certificate of the same authority, which clients trust already. The paths stay, so nothing is to be kept; the
 * server reads them again when a path is set anew, also to what it was. `olderThan` (ISO 8601, when the plan was made)
 * makes it absolute: what was made later is kept. The key stays unless `newKey`: with one, a server that starts in the
 * instant between both files finds two that do not fit.
 */
export function rotateCertificateSteps(
  place: TlsPlace,
  wish: CertificateWish & { readonly olderThan: string; readonly newKey?: boolean },
): TlsSteps {
  if (tableOf(place.node)?.get('tls-port') === undefined) return noTls;
  const { serves } = claimsOf(place);
  const renew = { olderThan: wish.olderThan, newKey: wish.newKey ?? false };
  return {
    steps: [
      {
        kind: 'tls',
        title: `A new certificate at port ${place.tlsPort}`,
        does: [
          { ...certificates(place, wish), renew },
          {
            do: 'set-setting',
            node: place.node.id,
            name: 'tls-cert-file',
            value: `${place.folder}/server.crt`,
          },
        ],
        guard: [serves],
        proves: [serves],
        risk: none,
        needs: place.owner === undefined ? 'files' : 'root',
      },
    ],
  };
}

export interface CertificateClient {
  /** Common name of its certificate, and its user where the server knows users by certificate. */
  readonly name: string;
  /** What its user may do, as ACL SETUSER takes it. Absent: the user is there already, or is not wanted. */
  readonly rules?: readonly RuleWord[];
}

/**
 * Certificates for clients, then asked of all of them. Where the server knows it (Redis 8.6, Valkey 9) the common name
 * is the user: such a user has no password and no `nopass`, so that the certificate is the only way to be it.
 */
export function clientCertificateSteps(
  place: TlsPlace,
  wish: Omit<CertificateWish, 'clients'> & {
    readonly clients: readonly CertificateClient[];
    readonly aclFile?: string;
  },
): TlsSteps {
  const table = tableOf(place.node);
  if (table?.get('tls-auth-clients') === undefined) return noTls;
  const { id: node, conf } = place.node;
  const mapped = table.get('tls-auth-clients-user') !== undefined;
  const users = mapped ? wish.clients.filter(({ rules }) => rules !== undefined) : [];
  const { serves } = claimsOf(place);
  const made = certificates(place, { ...wish, clients: wish.clients.map(({ name }) => name) });
  const keepUser = (user: string): readonly Action[] => {
    if (wish.aclFile !== undefined)
      return [{ do: 'keep-user', node, user, path: wish.aclFile, file: 'aclfile' }];
    return conf === undefined ? [] : [{ do: 'keep-user', node, user, path: conf, file: 'conf' }];
  };
  const mapping = mapped ? settle(place, [['tls-auth-clients-user', 'CN']]) : undefined;
  const asked = settle(place, [['tls-auth-clients', 'yes']]);
  if (asked === undefined) return cannotRestart('tls-auth-clients', place.node);
  const certificate: StepParts = {
    kind: 'client-certificates',
    title: mapped ? 'Client certificates, each a user' : 'Client certificates',
    does: [
      made,
      ...users.flatMap(({ name, rules = [] }): readonly Action[] => [
        { do: 'set-user', node, user: name, rules: ['reset', 'on', 'resetpass', ...rules] },
        ...keepUser(name),
      ]),
      ...(mapping?.does ?? []),
    ],
    guard: [serves],
    proves: [
      ...users.map(({ name }): Claim => ({ claim: 'user-exists', node, user: name, exists: true })),
      ...wish.clients.flatMap(({ name }) =>
        ['crt', 'key'].map((end): Claim => ({
          claim: 'access',
          node,
          path: `${place.folder}/${name}.${end}`,
        })),
      ),
      ...(mapping?.proves ?? []),
      serves,
    ],
    risk: none,
    needs: needsOf(place),
  };
  const required: StepParts = {
    kind: 'client-certificates',
    title: `No TLS connection without a client certificate at port ${place.tlsPort}`,
    does: asked.does,
    guard: [serves],
    proves: [
      ...asked.proves,
      { claim: 'client-certificate', node, host: place.host, port: place.tlsPort, required: true },
    ],
    risk: { level: 'refuses', why: 'whoever connects with TLS and has no certificate of this authority' },
    needs: needsOf(place),
  };
  return { steps: [certificate, required] };
}
