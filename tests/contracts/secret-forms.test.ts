import { describe, expect, it } from "vitest";
import { hasSecretForm, mayNameSecret, namesSecret } from "../../contracts/secret-forms.ts";
import { SECRET_TEXTS } from "../support/secret-texts.ts";

describe("a text", () => {
  it.each(Object.entries(SECRET_TEXTS))("P5: is taken for a secret where it is %s", (_what, text) => {
    expect(hasSecretForm(text)).toBe(true);
    expect(hasSecretForm(`before ${text} after`)).toBe(true);
  });

  it.each([
    "https://d111111abcdef8.cloudfront.net",
    "https://sqs.eu-central-1.amazonaws.com/111111111111/darkroom-dev-media-resize",
    "https://darkroom-dev-media-uploads-111111111111-eu-central-1.s3.eu-central-1.amazonaws.com/",
    "arn:aws:secretsmanager:eu-central-1:111111111111:secret:database-AbCdEf",
    "http://127.0.0.1:5173",
    "postgres://database.internal:5432/app",
    "user@example.com",
    "rate(5 minutes)",
    "Error acquiring the state lock of task-sk-1",
    "default-src 'self'; connect-src https://api.example.com",
    "aA1+/".repeat(12),
    "0f".repeat(32),
    "https://app.example.com/webhooks",
    "the password = of the day",
  ])("is not taken for a secret where it is one like %j", (text) => {
    expect(hasSecretForm(text)).toBe(false);
  });
});

describe("a name", () => {
  it.each([
    "DB_PASSWORD",
    "clientSecret",
    "GITHUB_TOKEN",
    "token",
    "apiKey",
    "access_key",
    "SLACK_WEBHOOK",
    "connectionString",
  ])("%s promises a secret", (name) => expect([mayNameSecret(name), namesSecret(name)]).toEqual([true, true]));

  it.each(["SECRET_ARN", "TOKEN_TTL", "ACCESS_KEY_ID", "passwordPath"])(
    "%s is hidden in a review, but may be set: it names the secret",
    (name) => expect([mayNameSecret(name), namesSecret(name)]).toEqual([true, false]),
  );

  it.each(["JOBS_TABLE", "bucket", "event_source_token", "maxTokens", "keyRotation", "CDN_URL"])(
    "%s promises none",
    (name) => expect([mayNameSecret(name), namesSecret(name)]).toEqual([false, false]),
  );
});
