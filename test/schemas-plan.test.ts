import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import planSchema from '../schemas/plan.schema.json' with { type: 'json' };
import proofSchema from '../schemas/proof.schema.json' with { type: 'json' };
import { asPlan } from '../src/apps/library/change/plan-shape.ts';
import { checkPlan } from '../src/engine/plan-check/index.ts';
import { stepKinds } from '../src/engine/plan/index.ts';
import { products } from '../src/lang/version/index.ts';
import type {
  Action,
  Claim,
  ClientGroup,
  Goal,
  PlanNode,
  PlannedChange,
  Preview,
  Proof,
  Resource,
  Risk,
  Who,
} from '../src/model/index.ts';
import { completePlan, completeProof } from './complete-plan.ts';

type Node = { readonly [name: string]: unknown };

const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
const valid = { plan: ajv.compile(planSchema), proof: ajv.compile(proofSchema) };

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

describe.each([
  ['plan', planSchema as Node, completePlan as unknown],
  ['proof', proofSchema as Node, completeProof as unknown],
] as const)('the schema of a %s', (name, schema, complete) => {
  const check = valid[name];

  it('takes one in which everything stands', () => {
    expect(check(complete) ? [] : check.errors).toEqual([]);
  });

  it('describes all that it has, and closes every object', () => {
    const bare: string[] = [];
    const open: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const at = node as Node;
      const names = (at['properties'] ?? {}) as Record<string, Node>;
      const isTag = 'allOf' in at || path.endsWith('/if');
      if ('properties' in at && !isTag && at['additionalProperties'] !== false) open.push(path);
      for (const [property, part] of Object.entries(names))
        if (!path.endsWith('/if') && !('description' in part) && !('$ref' in part))
          bare.push(`${path}/${property}`);
      for (const [key, part] of Object.entries(at)) visit(part, `${path}/${key}`);
    };
    visit(schema, '');
    expect({ bare, open }).toEqual({ bare: [], open: [] });
  });

  it('has no shape that the model has not', () => {
    const unseen = new Set<string>();
    const seen = new Set<string>();
    const visit = (node: Node, path: string, value: unknown): void => {
      const place = typeof node['$ref'] === 'string' ? node['$ref'] : path;
      const there =
        place === path ? node : ((schema['$defs'] as Node)[place.slice('#/$defs/'.length)] as Node);
      for (const [index, one] of ((there['allOf'] ?? []) as readonly Node[]).entries()) {
        const at = `${place}/allOf/${index}`;
        const [[tag, { const: word }] = ['', { const: '' }]] = Object.entries(
          (one['if'] as { properties: Record<string, { const: string }> }).properties,
        );
        const taken = (value as Node)[tag] === word;
        (taken ? seen : unseen).add(at);
        if (taken) visit(one['then'] as Node, `${at}/then`, value);
      }
      if (there['if'] !== undefined) {
        const wanted = (there['if'] as Node)['required'] as readonly string[] | undefined;
        const taken =
          wanted === undefined ? typeof value === 'string' : wanted.every((one) => one in (value as Node));
        visit(there[taken ? 'then' : 'else'] as Node, `${place}/${taken ? 'then' : 'else'}`, value);
      }
      const has = (one: string): boolean => typeof value === 'object' && value !== null && one in value;
      for (const [one, part] of Object.entries((there['properties'] ?? {}) as Record<string, Node>)) {
        const at = `${place}/${one}`;
        (has(one) ? seen : unseen).add(at);
        if (has(one)) visit(part, at, (value as Node)[one]);
      }
      if (there['items'] !== undefined && Array.isArray(value))
        for (const part of value) visit(there['items'] as Node, `${place}/*`, part);
    };
    visit(schema, '', complete);
    expect(seen.size).toBeGreaterThan(name === 'plan' ? 250 : 90);
    // Two kinds of target that no plan is made for.
    expect([...unseen].filter((place) => !seen.has(place))).toEqual(
      name === 'plan' ? ['#/$defs/target/allOf/2', '#/$defs/target/allOf/3'] : [],
    );
  });

  it('refuses another type anywhere, null anywhere, and a name that it does not know anywhere', () => {
    let tried = 0;
    const copy = structuredClone(complete);
    for (const [path, value] of pathsOf(complete)) {
      const at = path.join('/');
      const holder = path.slice(0, -1).reduce<unknown>((one, part) => (one as Node)[part], copy) as Record<
        string,
        unknown
      >;
      const last = path.at(-1) ?? '';
      const more = typeof value === 'object' && !Array.isArray(value) ? [{ ...value, toString: 'x' }] : [];
      const original = holder[last];
      for (const wrong of [typeof value === 'number' ? '7' : 7, null, ...more]) {
        holder[last] = wrong;
        expect(check(copy), at).toBe(false);
      }
      holder[last] = original;
      tried++;
    }
    expect(check(copy)).toBe(true);
    expect(tried).toBeGreaterThan(100);
  });
});

describe('the schema of a plan knows', () => {
  const words = (def: string, tag: string): readonly string[] =>
    (
      (
        planSchema.$defs as unknown as Record<
          string,
          { properties: Record<string, { enum: readonly string[] }> }
        >
      )[def]?.properties[tag]?.enum ?? []
    ).toSorted();
  const all = <T extends string>(set: Record<T, true>): readonly string[] => Object.keys(set).toSorted();

  it('every kind of the model, and no other', () => {
    expect(words('action', 'do')).toEqual(
      all<Action['do']>({
        'set-setting': true,
        'set-user': true,
        'delete-user': true,
        'keep-user': true,
        save: true,
        'edit-conf': true,
        'write-file': true,
        'set-access': true,
        'make-certificate': true,
        restart: true,
        'set-sentinel': true,
        'renew-links': true,
        'set-firewall': true,
        'keep-firewall': true,
      }),
    );
    expect(words('change', 'do')).toEqual(
      all<PlannedChange['do']>({ set: true, append: true, replace: true, remove: true, 'comment-out': true }),
    );
    expect(words('resource', 'kind')).toEqual(
      all<Resource['kind']>({
        setting: true,
        user: true,
        file: true,
        access: true,
        process: true,
        saved: true,
        sentinel: true,
        firewall: true,
        'kept-firewall': true,
      }),
    );
    expect(words('claim', 'claim')).toEqual(
      all<Claim['claim']>({
        answers: true,
        setting: true,
        'file-sets': true,
        'user-exists': true,
        'user-has': true,
        passwords: true,
        'user-kept': true,
        login: true,
        command: true,
        port: true,
        serves: true,
        'client-certificate': true,
        access: true,
        'runs-as': true,
        'no-new-privileges': true,
        unused: true,
        moved: true,
        'no-refused-login': true,
        replicates: true,
        'firewall-allows': true,
      }),
    );
    expect(words('who', 'kind')).toEqual(
      all<Who['kind']>({ nobody: true, wrong: true, user: true, operator: true }),
    );
    expect(words('risk', 'level')).toEqual(
      all<Risk['level']>({ none: true, reconnect: true, restart: true, refuses: true }),
    );
    expect(words('goal', 'kind')).toEqual(
      all<Goal['kind']>({
        setting: true,
        user: true,
        'new-password': true,
        file: true,
        unit: true,
        'run-as': true,
        upgrade: true,
        'reachable-only': true,
        certificate: true,
        investigate: true,
      }),
    );
    expect(words('clientGroup', 'kind')).toEqual(
      all<ClientGroup['kind']>({
        client: true,
        replica: true,
        master: true,
        sentinel: true,
        exporter: true,
        pubsub: true,
        monitor: true,
      }),
    );
    expect(words('step', 'kind')).toEqual([...stepKinds].toSorted());
    expect(words('node', 'product')).toEqual([...products, 'unknown', 'not-redis'].toSorted());
  });

  it('what may be left out, by the compiler’s own reckoning', () => {
    type Optional<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]-?: true };
    const may = {
      node: { host: true, conf: true, aclFile: true, restart: true } satisfies Optional<PlanNode>,
      preview: { path: true } satisfies Optional<Preview>,
      clientGroup: { to: true, library: true } satisfies Optional<ClientGroup>,
      actionWriteFile: { owner: true, group: true } satisfies Optional<Extract<Action, { do: 'write-file' }>>,
      actionMakeCertificate: { renew: true, owner: true, group: true } satisfies Optional<
        Extract<Action, { do: 'make-certificate' }>
      >,
    };
    for (const [name, left] of Object.entries(may)) {
      const { properties, required } = planSchema.$defs[name as keyof typeof may];
      expect(
        Object.keys(properties).filter((property) => !(required as readonly string[]).includes(property)),
        name,
      ).toEqual(Object.keys(left));
    }
    const proof = { audits: true } satisfies Optional<Proof>;
    expect(Object.keys(proofSchema.properties).filter((one) => !proofSchema.required.includes(one))).toEqual(
      Object.keys(proof),
    );
  });

  it('as much as the compiler: the complete plan is one, and may be applied', () => {
    expect(asPlan(JSON.parse(JSON.stringify(completePlan)))).toHaveProperty('plan');
    expect(checkPlan(completePlan)).toEqual([]);
  });
});

describe('a plan of the wrong shape is told', () => {
  it.each([
    ['without steps', ['steps'], undefined, 'it lacks "steps"'],
    [
      'with an action that nobody knows',
      ['steps', '0', 'does', '0', 'do'],
      'run',
      '/steps/0/does/0/do must be one of set-setting, ',
    ],
    [
      'with a property of another action',
      ['steps', '0', 'does', '0', 'shell'],
      'sh',
      '/steps/0/does/0 has "shell", which',
    ],
    [
      'with a secret as a number',
      ['steps', '0', 'does', '0', 'value'],
      7,
      '/steps/0/does/0/value must be an object',
    ],
    [
      'with an id that is a path',
      ['id'],
      '../../x',
      '/id is written otherwise than it should be (Random; names the journal)',
    ],
    [
      'with both a user and a port',
      ['steps', '0', 'guard', '17', 'port'],
      1,
      '/steps/0/guard/17 says too little, or two',
    ],
    ['with an escape code for a name', ['\u001b[2J'], 1, 'it has "\\x1b[2J", which'],
  ])('%s', (_, path, value, said) => {
    const broken = changed(JSON.parse(JSON.stringify(completePlan)), path, (holder, last) => {
      if (value === undefined) Reflect.deleteProperty(holder, last);
      else holder[last] = value;
    });
    const outcome = asPlan(broken);
    expect('problem' in outcome && outcome.problem).toContain(said);
  });
});
