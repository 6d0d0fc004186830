#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts';

keepCompiled();
// Only now, so that what is loaded is what was kept.
const { runCommandLine, said } = await import('./run.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
await said();
// All is said and written. What the engine still compiles beside us, nobody waits for.
process.exit();
