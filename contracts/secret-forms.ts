/**
 * What is taken for a secret, by whoever must not let one through: the rules that hold at synth, and the review of plans. One
 * list, so that what the one refuses the other never shows.
 */

/** Texts that are a secret by their form, whatever they are called. */
const SECRET_FORMS: readonly RegExp[] = [
  // AWS access keys, and addresses signed with one.
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /X-Amz-(Signature|Security-Token)=/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // GitHub, GitLab, npm, PyPI.
  /\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}/,
  /\bglpat-[\w-]{20,}/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\bpypi-[\w-]{30,}/,
  // Stripe, OpenAI and Anthropic, Google, SendGrid, Twilio, Shopify, DigitalOcean, Vault.
  /\b(sk|rk|pk)_(live|test)_[A-Za-z0-9]{8,}|\bwhsec_[A-Za-z0-9+/=]{16,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bAIza[\w-]{35}/,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
  /\bSK[0-9a-f]{32}\b/,
  /\bshp(at|ca|pa|ss)_[0-9a-f]{32}/,
  /\bdop_v1_[0-9a-f]{60,}/,
  /\bhv[sb]\.[\w-]{20,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/,
  // JSON Web Tokens, and what an Authorization header holds.
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/,
  /\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{10,}/,
  // Webhooks: who knows the address may write.
  /\bhooks\.slack(-gov)?\.com\/(services|workflows|triggers)\/\w/,
  /\bdiscord(app)?\.com\/api\/webhooks\/\d/,
  /\bwebhook\.office\.com\/\w/,
  /\bhooks\.zapier\.com\/hooks\/\w/,
  /\bchat\.googleapis\.com\/v1\/spaces\/\S+[?&]key=/,
  /https?:\/\/\S*\/(web)?hooks?\/(\S*\/)?[\w-]{16,}/i,
  // Connection strings: postgres://user:password@host, redis://:password@host, Server=…;Password=…, ?api_key=…
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i,
  /(^|[\s;&?"'])(password|passwd|pwd|account_?key|shared_?access_?(key|signature)|access_?token|api_?key|client_?secret|sig)\s*=\s*[^\s;&"'$]{4,}/i,
];

/**
 * Names under which a text is a secret. The token that names an Alexa skill (`event_source_token`) is none.
 */
const SECRET_NAME =
  /passw(or)?d|passphrase|secret|private_?key|(^|[_-])(?<!event_source_)token|(?<!event_source_)token$|credential|api_?key|access_?key|webhook|connection_?string/i;
/** A name or an ARN of a secret is not the secret: that is how a function should be told of one. */
const HARMLESS_NAME = /(arn|name|id|path|seconds|days|ttl)$/i;

export function hasSecretForm(text: string): boolean {
  return SECRET_FORMS.some((form) => form.test(text));
}

/** Whether what stands under this name may be a secret: where it is only hidden, too much does no harm. */
export function mayNameSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether what stands under this name is one: where it is refused. */
export function namesSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}
