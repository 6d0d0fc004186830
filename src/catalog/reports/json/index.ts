import { replaceUnsafe } from '../../../lang/text/index.ts';
import { isSecretNote } from '../../../model/index.ts';
import { defineWholeReport } from '../../define-report.ts';

// JSON.stringify escapes C0 controls and lone surrogates; a terminal that shows the text obeys others as well.
const escaped = (found: string): string =>
  found === '\n'
    ? found
    : Array.from(
        { length: found.length },
        (_, index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`,
      ).join('');

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
    return `${replaceUnsafe(text, escaped)}\n`;
  },
});
