import { known, namesSecret, type SecretNote } from '../../model/index.ts';
import { failed } from '../server/connection.ts';
import { question } from '../server/read-only.ts';
import { defineLive, pairsOf, refusal, textOf } from './define-live.ts';

/** Passwords come in clear text here: they are measured and dropped on the spot. */
export default defineLive({
  fact: 'config',
  ask: [question('CONFIG GET', '*')],
  async read([answer], { meter, names }) {
    const why = refusal(answer, 'CONFIG GET *');
    if (why || !answer || failed(answer))
      return why ?? { known: false, why: 'not-asked', detail: 'CONFIG GET *' };
    const settings: Record<string, string | SecretNote> = {};
    for (const [name, item] of pairsOf(answer.value)) {
      const value = textOf(item) ?? '';
      settings[name] = namesSecret(name) ? await meter.note(value, names) : value;
    }
    return known(settings, 'CONFIG GET *');
  },
});
