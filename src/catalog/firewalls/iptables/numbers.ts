/** Numbers as the C library's strtoul with base 0 takes them: `10`, `0x0a`, `012`. */
const shape = /^(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})$/;

/** A number from 0 to `most`; `undefined` for anything else. */
export function numberOf(text: string, most: number): number | undefined {
  if (!shape.test(text)) return undefined;
  const octal = text.length > 1 && text.startsWith('0') && !/^0[xX]/.test(text);
  if (octal && /[89]/.test(text)) return undefined;
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  return value <= most ? value : undefined;
}

const all = 0xff_ff_ff_ff;

/** `value` or `value/mask`, both of 32 bits. */
export function maskedNumberOf(
  text: string,
): { readonly value: number; readonly mask: number | undefined } | undefined {
  const slash = text.indexOf('/');
  const value = numberOf(slash < 0 ? text : text.slice(0, slash), all);
  const mask = slash < 0 ? undefined : numberOf(text.slice(slash + 1), all);
  return value === undefined || (slash >= 0 && mask === undefined) ? undefined : { value, mask };
}
