import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../schemas/snapshot.schema.json' with { type: 'json' };
import type { ListedEvidence } from '../../model/shared-tables.ts';
import { shapeInWords } from './shape-words.ts';

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

/**
 * What is wrong with it, with the path to it as a JSON pointer; `undefined` where nothing is. Takes out of `value`
 * what this version does not know.
 */
export function misshapen(value: unknown): string | undefined {
  return validate(value) ? undefined : shapeInWords(validate.errors);
}
