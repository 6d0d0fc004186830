import { isSecretNote, type SecretNote, type Setting } from '../../model/index.ts';

type Settings = Readonly<Record<string, Setting>>;
type Values = Readonly<Record<string, string | SecretNote>>;

/** The plain value of a setting; `undefined` where the server has no such setting, or it is a secret. */
export function textOf(settings: Settings, name: string): string | undefined {
  const value = settings[name]?.value;
  return typeof value === 'string' ? value : undefined;
}

/** The note of a secret that is set; `undefined` where it is empty, which for these settings means: none. */
export function secretOf(values: Settings | Values, name: string): SecretNote | undefined {
  const entry = values[name];
  const value = typeof entry === 'object' && 'value' in entry ? entry.value : entry;
  return isSecretNote(value) && value.strength !== 'empty' ? value : undefined;
}

/** `a, b, c and 4 more`: names in a sentence that stays short. */
export function listed(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
