#!/usr/bin/env node
import { join } from 'node:path';
import { compiledFolder } from './compile-cache.ts';
import { loadProgram } from './kept-program.ts';
import type * as run from './run.ts';

// In the package: `scripts/build.ts` puts the program there.
const file = join(import.meta.dirname, 'chunks/program.cjs');
const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : compiledFolder();
const { exports, keep } = loadProgram<typeof run>(file, folder);
const args = process.argv.slice(2);
process.exitCode = await exports.runCommandLine(args);
await exports.said();
keep(exports.kindOfRun(args));
// All is said and written. What the engine still compiles beside us, nobody waits for.
process.exit();
