import { defineCheck, failEach, fault } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

/** One setting: the first name is Redis’ and the older one of Valkey. CONFIG GET * leaves it out, a file shows it. */
const names = ['lua-enable-deprecated-api', 'lua-enable-insecure-api'] as const;

export default defineCheck({
  title: 'Scripts may use parts of Lua that were taken out for safety',
  severity: 'medium',
  why: 'newproxy, setfenv and getfenv were taken away because scripts could use them to change what other users’ scripts do, and to break out of the sandbox.',
  remedy:
    'Find the scripts that still need newproxy, setfenv or getfenv and change those; then set lua-enable-deprecated-api (in Valkey lua-enable-insecure-api) to no.',
  links: ['https://valkey.io/topics/lua-api/'],
  needs: ['settings'],
  judge: ({ settings: values }) =>
    failEach(
      names
        .filter((name) => textOf(values, name) === 'yes')
        .map((name) =>
          fault(`${name} is yes`, [{ kind: 'setting', name, value: 'no' }], {
            where: values[name]?.where,
          }),
        ),
    ),
  examples: {
    good: {
      'as installed': { settings: settings({ 'lua-enable-insecure-api': 'no' }) },
      'a server without it': { settings: {} },
    },
    bad: {
      'in the file': { settings: settings({ 'lua-enable-deprecated-api': 'yes' }, 'file') },
      'Valkey 9': { settings: settings({ 'lua-enable-insecure-api': 'yes' }) },
    },
  },
});
