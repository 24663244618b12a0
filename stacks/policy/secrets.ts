import { hasSecretForm, namesSecret } from "../../contracts/secret-forms.ts";

/**
 * The places inside a value that hold a secret, without what they hold: `environment.variables.API_KEY`. References are none, nor
 * are numbers: `${…}`, `keyRotationDays`.
 */
export function findSecrets(value: unknown, path = ""): readonly string[] {
  if (typeof value === "string") {
    const name = path.split(".").at(-1) ?? "";
    const isNamed = namesSecret(name) && value !== "" && !value.includes("${");
    return isNamed || hasSecretForm(value) ? [path || "its value"] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => findSecrets(inner, path ? `${path}.${name}` : name));
}
