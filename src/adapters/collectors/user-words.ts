import type { SecretNote, SelectorFacts, UserFacts } from '../../model/index.ts';
import type { SecretMeter } from '../secrets/index.ts';

const isKeyRule = (word: string): boolean => /^(~|%|allkeys$|resetkeys$)/i.test(word);
const isChannelRule = (word: string): boolean => /^(&|allchannels$|resetchannels$)/i.test(word);
const isCommandRule = (word: string): boolean => /^([+-]|allcommands$|nocommands$)/i.test(word);
const isDatabaseRule = (word: string): boolean => /^(db=|alldbs$|resetdbs$)/i.test(word);

function selectorOf(words: readonly string[]): SelectorFacts {
  const databases = words.filter(isDatabaseRule);
  return {
    commands: words.filter(isCommandRule),
    keys: words.filter(isKeyRule),
    channels: words.filter(isChannelRule),
    ...(databases.length > 0 ? { databases } : {}),
  };
}

/** Words of one user, with those of a selector brought together: `(+get`, `~a*)` becomes `(+get ~a*)`. */
function gathered(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  let open: string[] | undefined;
  for (const word of words) {
    if (open) open.push(word);
    else if (word.startsWith('(')) open = [word];
    else whole.push(word);
    if (open && word.endsWith(')')) {
      whole.push(open.join(' '));
      open = undefined;
    }
  }
  return open ? [...whole, open.join(' ')] : whole;
}

async function passwordNote(
  word: string,
  meter: SecretMeter,
  names: readonly string[],
): Promise<SecretNote | undefined> {
  if (word.startsWith('>')) return meter.note(word.slice(1), names);
  if (word.startsWith('#')) return meter.noteHash(word.slice(1), names);
  return undefined;
}

/** `<password` and `!hash` take a password away again. */
async function removedPassword(word: string, meter: SecretMeter): Promise<SecretNote | undefined> {
  if (word.startsWith('<')) return meter.note(word.slice(1), []);
  return word.startsWith('!') ? meter.noteHash(word.slice(1), []) : undefined;
}

/**
 * A user as its words stand in ACL LIST, an ACL file or a `user` line, in order. Passwords are measured and
 * dropped; `rules` keeps every other word, so that the ACL language can read the user again.
 */
export async function userFromWords(
  name: string,
  words: readonly string[],
  meter: SecretMeter,
  names: readonly string[],
  where?: UserFacts['where'],
): Promise<UserFacts> {
  const rules: string[] = [];
  let passwords: SecretNote[] = [];
  let enabled = false;
  let noPassword = false;
  for (const word of gathered(words)) {
    const lower = word.toLowerCase();
    const note = await passwordNote(word, meter, [name, ...names]);
    if (note) {
      passwords.push(note);
      noPassword = false;
      continue;
    }
    const gone = await removedPassword(word, meter);
    if (gone) {
      passwords = passwords.filter(({ same }) => same !== gone.same);
      continue;
    }
    if (lower === 'on' || lower === 'off') enabled = lower === 'on';
    if (lower === 'nopass' || lower === 'resetpass' || lower === 'reset') passwords = [];
    if (lower === 'nopass') noPassword = true;
    if (lower === 'resetpass' || lower === 'reset') noPassword = false;
    if (lower === 'reset') enabled = false;
    rules.push(word);
  }
  const root = selectorOf(rules.filter((rule) => !rule.startsWith('(')));
  const more = rules
    .filter((rule) => rule.startsWith('('))
    .map((rule) => selectorOf(rule.replace(/^\(|\)$/g, '').split(/\s+/)));
  return {
    name,
    enabled,
    noPassword,
    passwords,
    selectors: [root, ...more],
    rules,
    ...(where ? { where } : {}),
  };
}
