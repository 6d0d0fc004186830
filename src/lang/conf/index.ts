/**
 * redis.conf of the Redis family: read without loss, read as a server reads it, compared, edited. Nothing throws on any
 * bytes; what a server would refuse comes back as problems with line and column.
 *
 * @example
 * const reading = readConf([{ path: 'redis.conf', bytes }], { product: 'redis', version: '7.2.4' });
 * reading.settings.get('protected-mode'); // as CONFIG GET of that server would print it
 * const { value } = edit(parseConf(bytes), [{ do: 'set', name: 'protected-mode', args: ['yes'] }]);
 * printConf(value); // the file again, with that one line changed
 */
export type {
  BlankLine,
  BrokenLine,
  ConfDocument,
  ConfLine,
  ConfTextProblem,
  DirectiveLine,
} from './document.ts';
export { parseConf, printConf, type ParseOptions } from './parse.ts';
export { decodeText, encodeText } from '../c-text/index.ts';
export type { Directive, DirectiveKind, DirectiveTable } from './directive.ts';
export { bufferClass } from './buffer-class.ts';
export { directiveTable, newestMeasured } from './table.ts';
export type { ConfProduct } from './traits.ts';
export { readConf } from './read.ts';
export type {
  ConfFile,
  ConfHost,
  ConfPlace,
  ConfProblem,
  ConfReading,
  IncludedFile,
  Load,
  Loaded,
  LoadedModule,
  ModuleSetting,
  ReadOptions,
  RenamedCommand,
  UserLine,
} from './reading.ts';
export type { MonitoredPrimary, SentinelReading } from './sentinel.ts';
export { normalise, type NormaliseOptions } from './normalise.ts';
export { edit, type ConfChange, type Edited } from './edit.ts';
