#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { keepCompiled } from './compile-cache.ts';

// What is kept of a module is what was compiled when it was loaded, by default few of its functions: every run would
// compile the others again. So all of them are, once.
const kept = keepCompiled();
if (kept) setFlagsFromString('--no-lazy');
// Only now, so that what is loaded is what was kept.
const { runCommandLine, said } = await import('./run.ts');
if (kept) setFlagsFromString('--lazy');
process.exitCode = await runCommandLine(process.argv.slice(2));
await said();
// All is said and written. What the engine still compiles beside us, nobody waits for.
process.exit();
