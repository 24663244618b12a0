/** Put together, so that no scanner of this repository takes a test for a leak. None is or was in use. */
const letters = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7";

/** Texts that are a secret by their form, each by what it is. */
export const SECRET_TEXTS: Readonly<Record<string, string>> = {
  "an AWS access key": `AKIA${"ABCDEFGH12345678"}`,
  "an address that is signed": `https://bucket.s3.amazonaws.com/key?X-Amz-Signature=${"0a".repeat(32)}`,
  "a private key": ["-----BEGIN RSA", "PRIVATE KEY-----"].join(" "),
  "a GitHub token": ["ghp", letters].join("_"),
  "a fine-grained GitHub token": ["github", "pat", letters].join("_"),
  "a GitLab token": ["glpat", letters].join("-"),
  "Stripe's secret key": ["sk", "live", letters].join("_"),
  "Stripe's webhook secret": ["whsec", letters].join("_"),
  "an OpenAI key": ["sk", letters].join("-"),
  "a Google key": `AIza${letters}${"x".repeat(8)}`,
  "a SendGrid key": ["SG", letters, letters].join("."),
  "a Slack token": ["xoxb", "1234567890", letters].join("-"),
  "a Slack webhook": ["https://hooks.slack.com/services", "T0000", "B0000", letters].join("/"),
  "a Discord webhook": ["https://discord.com/api/webhooks", "123456789", letters].join("/"),
  "a Teams webhook": ["https://example.webhook.office.com/webhookb2", letters].join("/"),
  "anybody's webhook": ["https://ci.example.com/hooks", letters].join("/"),
  "a JSON Web Token": [`eyJ${letters}`, `eyJ${letters}`, letters].join("."),
  "an Authorization header": `Bearer ${letters}`,
  "a database's address with its password": ["postgres://app", "hunter2@database.internal:5432/app"].join(":"),
  "a cache's address with a password alone": ["rediss://", "hunter2@cache.internal:6379"].join(":"),
  "a cluster's address with its password": ["mongodb+srv://app", "hunter2@cluster.example.net/app"].join(":"),
  "a connection string": `Server=tcp:database.example.net,1433;User ID=app;${"Password"}=hunter2-and-more;Encrypt=true`,
  "a storage account's connection string": `DefaultEndpointsProtocol=https;AccountName=app;${"AccountKey"}=${letters}==`,
  "libpq's connection string": `host=database.internal user=app ${"password"}=hunter2`,
  "an address with a key in its query": `https://api.example.com/v1?${"api_key"}=${letters}`,
};
