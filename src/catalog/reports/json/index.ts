import { isSecretNote } from '../../../model/index.ts';
import { defineWholeReport } from '../../define-report.ts';

// JSON.stringify escapes C0 controls and lone surrogates; a terminal also obeys these when the text is just shown.
const alsoUnsafe =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g;
const escaped = (found: string): string =>
  found
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/**
 * The audit as it is (see `schemas/audit.schema.json`), with `***` for every secret. Escaping changes no value: a
 * parser gets back the very bytes that a server sent.
 */
export default defineWholeReport({
  title: 'For programs, with a published schema',
  mediaType: 'application/json',
  render: (audit) => {
    const text = JSON.stringify(
      { $schema: 'audit.schema.json', ...audit },
      (_name, value: unknown) => (isSecretNote(value) ? '***' : value),
      2,
    );
    return `${text.replace(alsoUnsafe, escaped)}\n`;
  },
});
