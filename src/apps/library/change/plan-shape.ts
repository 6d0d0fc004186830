import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../../schemas/plan.schema.json' with { type: 'json' };
import type { Plan } from '../../../model/index.ts';
import { shapeInWords } from '../shape-words.ts';

// Nothing is taken out or filled in: what was reviewed and signed is what is applied, or it is refused.
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  strictTypes: false,
  verbose: true,
  logger: false,
}).compile<Plan>(schema);

/** The value as a plan; else what is wrong with its shape, with the path to it as a JSON pointer. */
export function asPlan(value: unknown): { readonly plan: Plan } | { readonly problem: string } {
  return validate(value) ? { plan: value } : { problem: shapeInWords(validate.errors) };
}
