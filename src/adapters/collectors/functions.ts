import { codeSigns } from '../../catalog/indicators/code.ts';
import { known, unknown } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, listOf, pairsOf, refusal, textOf } from './define-live.ts';

/** The code of a library is the user's own: only what stands out in it is kept. */
export default defineLive({
  fact: 'functions',
  ask: [question('FUNCTION LIST', 'WITHCODE')],
  read([answer]) {
    const why = refusal(answer, 'FUNCTION LIST');
    if (why || !answer || failed(answer)) return why ?? unknown('not-asked', 'FUNCTION LIST');
    const libraries = listOf(answer.value).map((entry) => {
      const fields = new Map(pairsOf(entry));
      return {
        name: textOf(fields.get('library_name')) ?? '',
        engine: textOf(fields.get('engine')) ?? '',
        signs: codeSigns(textOf(fields.get('library_code')) ?? ''),
      };
    });
    return known(libraries, 'FUNCTION LIST');
  },
});
