import type { ErrorObject } from 'ajv/dist/2020.js';
import { printable } from '../../lang/text/index.ts';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const described = ({ parentSchema }: ErrorObject): string => {
  const { description } = (parentSchema ?? {}) as { readonly description?: unknown };
  return typeof description === 'string' ? ` (${description.replace(/\.$/, '')})` : '';
};

function expectation(error: ErrorObject): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'type':
      return `must be ${kinds[String(params['type'])] ?? String(params['type'])}`;
    case 'required':
      return `lacks "${String(params['missingProperty'])}"`;
    case 'additionalProperties':
      return `has "${printable(String(params['additionalProperty']), 80)}", which this version of Keyward does not know`;
    case 'enum':
      return `must be one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'maxItems':
    case 'maxProperties':
      return `has more than ${String(params['limit'])} entries`;
    case 'minItems':
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
    case 'oneOf':
      return 'says too little, or two things of which only one can be';
    default:
      return error.message ?? 'is wrong';
  }
}

/** Only says that a branch was taken; or what a branch of `oneOf` would have wanted. */
const isEcho = ({ keyword, schemaPath }: ErrorObject): boolean =>
  keyword === 'if' || /\/oneOf\/\d+\//.test(schemaPath);

/** What a validator found wrong first, with the path to it as a JSON pointer. */
export function shapeInWords(errors: readonly ErrorObject[] | null | undefined): string {
  const first = errors?.find((error) => !isEcho(error)) ?? errors?.[0];
  if (!first) return 'it is wrong';
  return `${first.instancePath === '' ? 'it' : printable(first.instancePath, 200)} ${expectation(first)}`;
}
