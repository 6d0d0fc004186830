/** The bytes that mean something on the wire. */
export const CR = 0x0d;
export const LF = 0x0a;

// The first byte of an element says its type.
export const SIMPLE = 0x2b;
export const ERROR = 0x2d;
export const INTEGER = 0x3a;
export const BULK = 0x24;
export const ARRAY = 0x2a;
export const NULL = 0x5f;
export const BOOLEAN = 0x23;
export const DOUBLE = 0x2c;
export const BIG_NUMBER = 0x28;
export const BLOB_ERROR = 0x21;
export const VERBATIM = 0x3d;
export const MAP = 0x25;
export const SET = 0x7e;
export const PUSH = 0x3e;
export const ATTRIBUTES = 0x7c;

const types: ReadonlySet<number> = new Set(Buffer.from('+-:$*_#,(!=%~>|'));

export const isType = (byte: number): boolean => types.has(byte);
