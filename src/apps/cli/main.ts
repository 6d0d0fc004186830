#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts';

keepCompiled();
// Only now, so that what is loaded is what was kept.
const { runCommandLine } = await import('./run.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
