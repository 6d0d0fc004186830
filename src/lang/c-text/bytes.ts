/**
 * Text that loses no byte. Files and replies are bytes, almost always UTF-8; a password may be anything. Bytes that
 * are not UTF-8 become lone surrogates U+DC80..U+DCFF (as in Python's "surrogateescape"), so that every value
 * is one string that compares, prints through `printable`, survives JSON, and gives its bytes back.
 */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/**
 * The bytes as text; `encodeText` gives them back, whatever they are.
 *
 * @example decodeText(Uint8Array.of(0x61, 0xff)) // 'a\udcff'
 */
export function decodeText(bytes: Uint8Array): string {
  const latin = view(bytes).toString('latin1');
  let ascii = true;
  for (let i = 0; i < latin.length && ascii; i++) ascii = latin.charCodeAt(i) < 0x80;
  if (ascii) return latin;
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

/**
 * The bytes that `decodeText` was given. A lone surrogate that stands for no byte is written as U+FFFD.
 *
 * @example encodeText('a\udcff') // 61 ff
 */
export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  // No UTF-16 unit takes more than three bytes.
  const bytes = Buffer.allocUnsafe(text.length * 3);
  let size = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) i++;
    else if (unit >= 0xdc80 && unit <= 0xdcff) {
      if (from < i) size += bytes.write(text.slice(from, i), size, 'utf8');
      bytes[size++] = unit - 0xdc00;
      from = i + 1;
    }
  }
  size += bytes.write(text.slice(from), size, 'utf8');
  return bytes.subarray(0, size);
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** How many bytes the well-formed UTF-8 character at `at` has, 0 where there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  const wrong =
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second >= 0xa0) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second >= 0x90);
  return wrong ? 0 : length;
}

/** Written into one room for the whole text: pieces would take a hundred times the memory. */
function decodeMixed(bytes: Uint8Array): string {
  const units = Buffer.allocUnsafe(bytes.length * 2);
  let size = 0;
  let from = 0;
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    if (length === 0) {
      if (from < i) size += units.write(utf8.decode(bytes.subarray(from, i)), size, 'utf16le');
      size = units.writeUInt16LE(0xdc00 + (bytes[i] ?? 0), size);
      from = i + 1;
    }
    i += length || 1;
  }
  size += units.write(utf8.decode(bytes.subarray(from)), size, 'utf16le');
  return units.toString('utf16le', 0, size);
}
