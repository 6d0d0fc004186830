/** Each of these is root by another name, or a way out of a container. */
export const rootLike: ReadonlySet<string> = new Set(
  'CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_SYS_MODULE CAP_SYS_RAWIO CAP_DAC_READ_SEARCH CAP_BPF CAP_SYS_BOOT CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_NET_ADMIN CAP_PERFMON'.split(
    ' ',
  ),
);
