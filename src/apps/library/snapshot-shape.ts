import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import schema from '../../../schemas/snapshot.schema.json' with { type: 'json' };
import { printable } from '../../lang/text/index.ts';
import type { ListedEvidence } from '../../model/shared-tables.ts';

/** A snapshot as it stands in its file, of the shape that the published schema says. */
export interface ListedSnapshot {
  readonly version: string;
  readonly evidence: readonly ListedEvidence[];
}

const validate = new Ajv2020({
  // A newer version may have written more than this one knows: that is taken out, so that nothing unknown goes on.
  removeAdditional: true,
  strict: true,
  strictRequired: false,
  verbose: true,
  logger: false,
}).compile<ListedSnapshot>(schema);

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const described = (error: ErrorObject): string => {
  const { description } = (error.parentSchema ?? {}) as { readonly description?: unknown };
  return typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
};

function expectation(error: ErrorObject): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'type':
      return `must be ${kinds[String(params['type'])] ?? String(params['type'])}`;
    case 'required':
      return `lacks "${String(params['missingProperty'])}"`;
    case 'enum':
      return `must be one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'maxItems':
    case 'maxProperties':
      return `has more than ${String(params['limit'])} entries`;
    case 'minProperties':
      return 'is empty';
    case 'maxLength':
      return `is longer than ${String(params['limit'])} characters`;
    case 'minimum':
      return `must be ${String(params['limit'])} or more`;
    case 'maximum':
      return `must be ${String(params['limit'])} or less`;
    case 'pattern':
      return `is written otherwise than it should be${described(error)}`;
    default:
      return error.message ?? 'is wrong';
  }
}

/**
 * What is wrong with it, with the path to it as a JSON pointer; `undefined` where nothing is. Takes out of `value`
 * what this version does not know.
 */
export function misshapen(value: unknown): string | undefined {
  if (validate(value)) return undefined;
  const [first] = validate.errors ?? [];
  if (!first) return 'it is wrong';
  return `${first.instancePath === '' ? 'it' : printable(first.instancePath, 200)} ${expectation(first)}`;
}
