import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import schema from '../../schemas/snapshot.schema.json' with { type: 'json' };
import { misshapen } from '../../src/apps/library/snapshot-shape.ts';
import type {
  CertificateFacts,
  ClientFacts,
  CollectedName,
  ContainerFacts,
  Door,
  FileFacts,
  Greeting,
  HostSign,
  Listener,
  PackageFacts,
  Reason,
  SecretNote,
  Target,
  UserFacts,
} from '../../src/index.ts';
import { completeFacts, targets } from './complete-facts.ts';

type Node = { readonly [name: string]: unknown };

const factsOf = (values: Node): Node =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { known: true, value, source: name }]),
  );
const snapshotOf = (facts: Node, target: unknown = targets[0]): Node => ({
  schema: 'keyward.snapshot/1',
  version: '0.1.0',
  evidence: [{ schema: 'keyward.evidence/1', target, collectedAt: '2026-07-01T00:00:00Z', facts }],
});
// Unknown properties are refused here, where the loader takes them out.
const strictly = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
const errorsOf = (value: unknown): unknown => (strictly(value) ? [] : strictly.errors);

const complete = factsOf(completeFacts);
const names = Object.keys(completeFacts) as readonly CollectedName[];

/** Every path into `value`, and what stands there. */
function* pathsOf(
  value: unknown,
  path: readonly string[] = [],
): Generator<readonly [readonly string[], unknown]> {
  if (path.length > 0) yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) yield* pathsOf(part, [...path, name]);
}

/** A copy with `change` applied to what holds the last name of the path. */
function changed(
  value: unknown,
  path: readonly string[],
  change: (holder: Record<string, unknown>, name: string) => void,
): unknown {
  const copy = structuredClone(value);
  const holder = path.slice(0, -1).reduce<unknown>((at, name) => (at as Node)[name], copy);
  change(holder as Record<string, unknown>, path.at(-1) ?? '');
  return copy;
}

describe('the schema of a snapshot', () => {
  it('has every fact of the model and no other', () => {
    expect(Object.keys(schema.$defs.evidence.properties.facts.properties)).toEqual(names);
  });

  it.each(targets.map((target) => [target.kind, target] as const))(
    'takes a server of which everything is known, found as %s',
    (_, target) => expect(errorsOf(snapshotOf(complete, target))).toEqual([]),
  );

  it('has no property that the model has not', () => {
    const unseen = new Set<string>();
    const seen = new Set<string>();
    const visit = (node: Node, path: string, value: unknown): void => {
      const place = typeof node['$ref'] === 'string' ? node['$ref'] : path;
      const there = place === path ? node : ((schema.$defs as Node)[place.slice('#/$defs/'.length)] as Node);
      for (const branch of ['then', 'else'])
        if (there[branch]) visit(there[branch] as Node, `${place}/${branch}`, value);
      const has = (name: string): boolean => typeof value === 'object' && value !== null && name in value;
      for (const [name, part] of Object.entries((there['properties'] ?? {}) as Record<string, Node>)) {
        const at = `${place}/${name}`;
        (has(name) ? seen : unseen).add(at);
        if (has(name)) visit(part, at, (value as Node)[name]);
      }
      const each = (there['items'] ?? there['additionalProperties']) as Node | false | undefined;
      if (each && typeof value === 'object' && value !== null)
        for (const part of Object.values(value)) visit(each, `${place}/*`, part);
    };
    for (const target of targets) visit(schema, '', { $schema: 'x', ...snapshotOf(complete, target) });
    visit(schema, '', snapshotOf({ door: { known: false, why: 'absent', detail: '' } }));
    visit(schema, '', snapshotOf({ commandReply: { known: true, value: { sameAs: 0 }, source: '' } }));
    expect(seen.size).toBeGreaterThan(180);
    expect([...unseen].filter((place) => !seen.has(place))).toEqual([]);
  });

  it.each(names)('refuses %s when anything in it is of another type', (name) => {
    let tried = 0;
    for (const [path, value] of pathsOf(complete[name])) {
      const wrong = typeof value === 'number' ? '7' : 7;
      const facts = {
        ...complete,
        [name]: changed(complete[name], path, (holder, last) => (holder[last] = wrong)),
      };
      expect(strictly(snapshotOf(facts)), path.join('/')).toBe(false);
      expect(misshapen(structuredClone(snapshotOf(facts))), path.join('/')).toMatch(
        new RegExp(`^/evidence/0/facts/${name}\\b.* (must|is|lacks) `),
      );
      tried++;
    }
    expect(tried).toBeGreaterThanOrEqual(3);
  });

  it.each(names)('refuses %s with null anywhere', (name) => {
    for (const [path] of pathsOf(complete[name])) {
      const facts = {
        ...complete,
        [name]: changed(complete[name], path, (holder, last) => (holder[last] = null)),
      };
      expect(strictly(snapshotOf(facts)), path.join('/')).toBe(false);
    }
  });
});

/** Which properties may be left out, by the compiler's own reckoning. */
type Optional<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]-?: true };

it('lets a server leave out what the model lets it leave out', () => {
  const optional = {
    user: { where: true } satisfies Optional<UserFacts>,
    secret: { why: true } satisfies Optional<SecretNote>,
    certificate: { signature: true } satisfies Optional<CertificateFacts>,
    client: {
      user: true,
      name: true,
      library: true,
      command: true,
      flags: true,
      tls: true,
      ageSeconds: true,
    } satisfies Optional<ClientFacts>,
    selector: { databases: true } satisfies Optional<UserFacts['selectors'][number]>,
    tcpTarget: { user: true } satisfies Optional<Target & { kind: 'tcp' }>,
  };
  for (const [name, may] of Object.entries(optional)) {
    const { properties, required } = schema.$defs[name as keyof typeof optional];
    const left = Object.keys(properties).filter((property) => !required.includes(property));
    expect(left, name).toEqual(Object.keys(may));
  }
});

it('knows every word of the model', () => {
  const of = (name: string): Node =>
    ((schema.$defs as Node)[`${name}Fact`] as { then: { properties: { value: Node } } }).then.properties
      .value;
  const item = (name: string): { properties: Record<string, { enum: unknown }> } =>
    of(name)['items'] as never;
  const words: readonly (readonly [unknown, Readonly<Record<string, true>>])[] = [
    [
      schema.$defs.unknown.properties.why.enum,
      {
        'not-asked': true,
        'no-access': true,
        'timed-out': true,
        absent: true,
        'not-supported': true,
        unreadable: true,
      } satisfies Record<Reason, true>,
    ],
    [
      schema.$defs.secret.properties.strength.enum,
      { empty: true, guessed: true, weak: true, fair: true, strong: true, unmeasured: true } satisfies Record<
        SecretNote['strength'],
        true
      >,
    ],
    [
      of('door')['enum'],
      {
        open: true,
        login: true,
        protected: true,
        full: true,
        'tls-only': true,
        'client-certificate': true,
        silent: true,
        foreign: true,
      } satisfies Record<Door, true>,
    ],
    [
      (of('greeting') as { properties: { replies: { items: { properties: { kind: { enum: unknown } } } } } })
        .properties.replies.items.properties.kind.enum,
      { status: true, error: true, data: true } satisfies Record<Greeting['replies'][number]['kind'], true>,
    ],
    [
      schema.$defs.file.properties.role.enum,
      {
        conf: true,
        aclfile: true,
        dir: true,
        dump: true,
        aof: true,
        log: true,
        unixsocket: true,
        binary: true,
        module: true,
        unit: true,
        'tls-key': true,
        'tls-cert': true,
        'tls-ca': true,
      } satisfies Record<FileFacts['role'], true>,
    ],
    [
      schema.$defs.file.properties.kind.enum,
      {
        file: true,
        directory: true,
        socket: true,
        symlink: true,
        other: true,
        missing: true,
      } satisfies Record<FileFacts['kind'], true>,
    ],
    [
      item('listeners').properties['family']?.enum,
      { ipv4: true, ipv6: true, unix: true } satisfies Record<Listener['family'], true>,
    ],
    [
      item('listeners').properties['purpose']?.enum,
      { redis: true, tls: true, bus: true, sentinel: true, unix: true, other: true } satisfies Record<
        Listener['purpose'],
        true
      >,
    ],
    [
      (of('container')['else'] as { properties: { kind: { enum: unknown } } }).properties.kind.enum,
      {
        docker: true,
        podman: true,
        containerd: true,
        kubernetes: true,
        lxc: true,
        'systemd-nspawn': true,
        unknown: true,
      } satisfies Record<ContainerFacts['kind'], true>,
    ],
    [
      (of('package') as { properties: { manager: { enum: unknown } } }).properties.manager.enum,
      { dpkg: true, rpm: true, apk: true, none: true } satisfies Record<PackageFacts['manager'], true>,
    ],
    [
      item('hostSigns').properties['kind']?.enum,
      {
        cron: true,
        'authorized-keys': true,
        'ld-so-preload': true,
        'firewall-rule': true,
        'deleted-binary': true,
        'shared-object': true,
        'web-file': true,
        systemd: true,
        'child-process': true,
        unread: true,
      } satisfies Record<HostSign['kind'], true>,
    ],
  ];
  for (const [said, model] of words) expect(said).toEqual(Object.keys(model));
});
