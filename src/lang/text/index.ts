export { ascii } from './ascii.ts';
export { printable, replaceUnsafe } from './printable.ts';
export { clip, pad, padStart, take, width } from './width.ts';
export { wrap } from './wrap.ts';
