import { indicatorKeys } from '../../catalog/indicators/keys.ts';
import { known, unknown } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, errorText, refusal } from './define-live.ts';

/** Only whether a key of that name exists in database 0; no value is read, and no key is listed. */
export default defineLive({
  fact: 'indicatorKeys',
  // One key a question: in a cluster each may live elsewhere, and before 3.0.3 EXISTS takes one only.
  ask: indicatorKeys.map((key) => question('EXISTS', key)),
  read(answers) {
    const found: string[] = [];
    let answered = 0;
    for (const [index, answer] of answers.entries()) {
      if (failed(answer) || errorText(answer.value) !== undefined) continue;
      answered++;
      if (answer.value === 1) found.push(`db0:${indicatorKeys[index] ?? ''}`);
    }
    if (answered === 0) return refusal(answers[0], 'EXISTS') ?? unknown('unreadable', 'EXISTS');
    return known(found, `EXISTS of ${answered} key names`);
  },
});
