/** Texts that are a secret by their form. */
const SECRET_FORMS = [
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bBearer [A-Za-z0-9._~+/-]{10,}/,
  /\b[a-z]+:\/\/[^\s/:@]+:[^\s/@]+@/,
];
/** Names under which a literal text is a secret. Numbers and references are not: `keyRotationDays`, `${…}`. */
const SECRET_NAME = /(passw(or)?d|secret|(^|_|-)token|api_?key|access_?key|private_?key|credential)/i;
/** A name or an ARN of a secret is not the secret: that is how a function should be told of one. */
const HARMLESS_NAME = /(arn|name|id|path|seconds|days|ttl)$/i;

/** The places inside a value that hold a secret, without what they hold: `environment.variables.API_KEY`. */
export function findSecrets(value: unknown, path = ""): readonly string[] {
  if (typeof value === "string") {
    const name = path.split(".").at(-1) ?? "";
    const isNamed = SECRET_NAME.test(name) && !HARMLESS_NAME.test(name) && value !== "" && !value.includes("${");
    return isNamed || SECRET_FORMS.some((form) => form.test(value)) ? [path || "its value"] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => findSecrets(inner, path ? `${path}.${name}` : name));
}
