/** What we write as YAML: block style, every text in double quotes as JSON has it, which YAML 1.1 and 1.2 read alike. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml | undefined };

// JSON leaves these as they are; YAML wants them escaped.
// eslint-disable-next-line no-control-regex -- they are what is looked for
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

const scalar = (value: string | number | boolean): string =>
  typeof value === 'string'
    ? JSON.stringify(value).replaceAll(
        unprintable,
        (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : String(value);

/** A word that no reader takes for a number, a truth or nothing stands without quotes. */
const key = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(name)
    ? name
    : scalar(name);

/** One document, ended by a line break. */
export function yaml(value: Yaml, indent = ''): string {
  if (typeof value !== 'object') return `${indent}${scalar(value)}\n`;
  if (Array.isArray(value))
    return (value as readonly Yaml[]).map((item) => `${indent}-${after(item, `${indent}  `)}`).join('');
  return Object.entries(value)
    .flatMap(([name, item]) =>
      item === undefined ? [] : [`${indent}${key(name)}:${after(item, `${indent}  `)}`],
    )
    .join('');
}

/** What follows `-` or `key:`. */
function after(value: Yaml, indent: string): string {
  if (typeof value !== 'object') return ` ${scalar(value)}\n`;
  if (Object.values(value).every((item) => item === undefined))
    return Array.isArray(value) ? ' []\n' : ' {}\n';
  return `\n${yaml(value, indent)}`;
}
