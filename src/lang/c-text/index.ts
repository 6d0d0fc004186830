/** Text as the servers see it: C strings of bytes, with C's own notion of blanks, case and numbers. */
export { decodeText, encodeText } from './bytes.ts';
export { cString, isSpace, lowerAscii } from './characters.ts';
export { atoi, strictInteger, strtoll } from './integers.ts';
