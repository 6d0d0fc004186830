import type { Part } from '../parts/words.ts';

/** Text that Ansible prints as it stands: what would open an expression of Jinja is spelled out. */
export const plainText = (text: string): string => text.replaceAll(/\{(?=[{%#])/g, `{{ '{' }}`);

/** Names that an expression can hold: Ansible reads backslashes inside of one in two ways, so that there are none. */
export const holdable = (text: string): boolean => /^[ !#-[\]-~]*$/.test(text);

/** A string inside of an expression. */
export const literal = (text: string): string => `"${text.replaceAll(/[^ !#-[\]-~]/g, '?')}"`;

export const secretOf = (id: string): string => `keyward_secrets[${literal(id)}]`;

/** A text with secrets in it, as a template. */
export const template = (parts: readonly Part[]): string => {
  let text = '';
  let plain = '';
  for (const part of parts) {
    if (typeof part === 'string') plain += part;
    else {
      text += `${plainText(plain)}{{ ${secretOf(part.secret)} }}`;
      plain = '';
    }
  }
  return text + plainText(plain);
};

const special = /[.*+?^${}()|[\]\\/#&~ -]/g;

/** A regular expression of Python that matches exactly this text. */
export const pattern = (text: string): string => text.replaceAll(special, String.raw`\$&`);

/** The same without a backslash, for use inside of an expression. */
export const expressionPattern = (text: string): string =>
  text.replaceAll('^', '.').replaceAll(/[.*+?${}()|[\]/#&~ -]/g, '[$&]');
