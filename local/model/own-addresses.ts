/**
 * The one liberty that the runtime takes with a stack: on AWS every address is https, while its own servers on loopback
 * speak http. After interpolation, `https://<an address of its own>` therefore becomes `http://…`; nothing else does.
 */
export function createAddressRewriter(): {
  /** `127.0.0.1:4570` */
  add(hostAndPort: string): void;
  rewrite(text: string): string;
} {
  const own = new Set<string>();
  return {
    add: (hostAndPort) => void own.add(hostAndPort),
    rewrite: (text) =>
      text.replace(/https:\/\/(127\.0\.0\.1:\d+)(?!\d)/g, (whole, address: string) =>
        own.has(address) ? `http://${address}` : whole,
      ),
  };
}
