/**
 * `npm run new <family> <name>`: the file of a new entry, with what must be filled in, and the registry again.
 *
 *     npm run new check network/listens-everywhere
 *     npm run new report yaml
 *     npm run new rendering nomad
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

const report = (): string => `import { defineReport } from '../../define-report.ts';

export default defineReport({
  title: 'What it is, and for whom',
  mediaType: 'text/plain',
  extension: '.txt',
  render({ servers }) {
    return servers.map(({ name, health }) => \`\${name}: \${health}\\n\`).join('');
  },
});
`;

const rendering = (): string => `import { defineRendering } from '../../define-rendering.ts';
import { commented, headLines } from '../parts/left-out.ts';
import { endStates } from '../parts/end-state.ts';

export default defineRendering({
  title: 'What it is, and for which tool',
  mediaType: 'text/plain',
  extension: '.txt',
  render(plan) {
    // What the form cannot say is listed, never left out in silence.
    return commented(headLines(plan, endStates(plan).flatMap(({ leftOut }) => leftOut)));
  },
});
`;

interface Family {
  readonly folder: string;
  readonly shape: RegExp;
  /** Of its file below the folder, from its name. */
  readonly file: (name: string) => string;
  readonly text: () => string;
  readonly hint: string;
  readonly next: string;
}

const id = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const families: Readonly<Record<string, Family>> = {
  check: {
    folder: 'src/catalog/checks',
    shape: new RegExp(`^(${themes.join('|')})/[a-z0-9]+(-[a-z0-9]+)*$`),
    file: (name) => `${name}.ts`,
    text: check,
    hint: `<theme>/<id>, with a theme of: ${themes.join(', ')}`,
    next: 'its examples are its tests: npm test -- src/catalog/checks',
  },
  report: {
    folder: 'src/catalog/reports',
    shape: id,
    file: (name) => `${name}/index.ts`,
    text: report,
    hint: '<id>: a form of an audit',
    next: 'what holds for every report is tried: npm test -- src/catalog/reports',
  },
  rendering: {
    folder: 'src/catalog/renderings',
    shape: id,
    file: (name) => `${name}/index.ts`,
    text: rendering,
    hint: '<id>: a form of a plan, for another tool',
    next: 'what holds for every form is tried: npm test -- test/renderings/forms.test.ts',
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
const file = `${chosen.folder}/${chosen.file(name)}`;
const path = join(root, file);
if (existsSync(path)) {
  console.error(`${file} is there already`);
  process.exit(2);
}
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, chosen.text());
await writeRegistries();
console.log(`${file}\nFill it in; ${chosen.next}`);
