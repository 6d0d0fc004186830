/** Whether an interface is, by its name, the bridge of a container or virtual machine network on this host. */
export const isContainerBridge = (name: string): boolean =>
  /^(docker\d|docker_gwbridge$|br-[0-9a-f]{12}$|podman\d|cni\d|cni-podman\d|virbr\d|lxcbr\d|lxdbr\d|incusbr\d|nerdctl\d|cilium_host$|flannel\.\d|weave$|kube-bridge$|cbr\d)/.test(
    name,
  );
