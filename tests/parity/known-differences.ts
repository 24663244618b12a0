/**
 * What the laptop runtime does otherwise than AWS, and why it stays so. Every other behaviour must hold there. An entry
 * whose behaviour holds fails a test.
 */
export const LAPTOP_DIFFERENCES: Readonly<Record<string, string>> = {
  "policy-tls-only":
    "Loopback counts as TLS: nothing can listen in between, and the runtime has no certificate. A stack's own denial of plain HTTP would shut out everything otherwise.",
};
