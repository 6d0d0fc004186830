/** A package that owns a file; `absent` where the host has no such package manager. */
export type Owner = { readonly name: string; readonly version: string } | 'none' | 'absent';
