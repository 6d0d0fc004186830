/**
 * What script code of a server holds when it tries to leave the sandbox. Sources: the public exploits of
 * CVE-2022-0543 (package.loadlib, luaopen_*), CVE-2024-31449, CVE-2025-49844 and the calls that a script has no use for.
 */
const marks: readonly (readonly [string, string])[] = [
  ['package.loadlib', 'loads a native library (CVE-2022-0543)'],
  ['luaopen_', 'opens a Lua library by its C symbol (CVE-2022-0543)'],
  ['io.popen', 'starts a program'],
  ['os.execute', 'starts a program'],
  ['collectgarbage', 'drives the garbage collector, as exploits of Lua do'],
  ['loadstring', 'loads code at run time'],
  ['bit.tohex', 'calls bit.tohex, the way into CVE-2024-31449'],
];

/** Signs in one library's code, in words. */
export const codeSigns = (code: string): readonly string[] => {
  const bounded = code.slice(0, 1 << 20);
  return [...new Set(marks.filter(([mark]) => bounded.includes(mark)).map(([, means]) => means))];
};
