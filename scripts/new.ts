/**
 * `npm run new <family> <name>`: the file of a new entry, with what must be filled in, and the registry again.
 *
 *     npm run new check network/listens-everywhere
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { themes } from '../src/catalog/define-check.ts';
import { writeRegistries } from './generate.ts';

const root = join(import.meta.dirname, '..');

const check = (): string => `import { defineCheck, fail, pass } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';

export default defineCheck({
  title: 'State the fault, not the topic',
  severity: 'medium',
  why: 'What somebody can do because of it, in one or two sentences.',
  remedy: 'What to do, in the imperative.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/'],
  needs: ['settings'],
  judge({ settings: { example } }) {
    return example?.value === 'bad' ? fail('example is bad', { kind: 'setting', name: 'example', value: 'good' }) : pass;
  },
  examples: {
    good: { 'as it should be': { settings: settings({ example: 'good' }) } },
    bad: { 'as it should not': { settings: settings({ example: 'bad' }) } },
  },
});
`;

const families: Readonly<
  Record<
    string,
    { readonly folder: string; readonly shape: RegExp; readonly text: () => string; readonly hint: string }
  >
> = {
  check: {
    folder: 'src/catalog/checks',
    shape: new RegExp(`^(${themes.join('|')})/[a-z0-9]+(-[a-z0-9]+)*$`),
    text: check,
    hint: `<theme>/<id>, with a theme of: ${themes.join(', ')}`,
  },
};

const [family = '', name = ''] = process.argv.slice(2);
const chosen = families[family];
if (!chosen?.shape.test(name)) {
  console.error(
    `usage: npm run new <family> <name>\n${Object.entries(families)
      .map(([id, { hint }]) => `  ${id} ${hint}`)
      .join('\n')}`,
  );
  process.exit(2);
}
const path = join(root, chosen.folder, `${name}.ts`);
if (existsSync(path)) {
  console.error(`${path} is there already`);
  process.exit(2);
}
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, chosen.text());
writeRegistries();
console.log(
  `${chosen.folder}/${name}.ts\nFill it in; its examples are its tests: npm test -- src/catalog/checks`,
);
