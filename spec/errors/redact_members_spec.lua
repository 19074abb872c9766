-- Members whose names say that their values are secret, in JSON and other texts.
local redact <const> = require "bytenite.errors.redact"

describe("a member with the name of a secret", function()
  for _, name in ipairs {
    "password",
    "Password",
    "passwd",
    "user_password",
    "dbPassword",
    "DB_PASS",
    "db-pwd",
    "pwd",
    "passphrase",
    "passcode",
    "accessKey",
    "access_key",
    "ACCESS-KEY",
    "accessKeyId",
    "aws_access_key_id",
    "secretKey",
    "secretAccessKey",
    "aws_secret_access_key",
    "client_secret",
    "clientSecret",
    "webhookSecret",
    "secret",
    "secrets",
    "apiKey",
    "apikey",
    "api-key",
    "x-api-key",
    "X-Api-Key",
    "APIKey",
    "openai_api_key",
    "OPENAI_API_KEY",
    "stripeKey",
    "token",
    "access_token",
    "accesstoken",
    "refreshToken",
    "id_token",
    "sessionToken",
    "X-Amz-Security-Token",
    "github_token2",
    "bearer",
    "jwt",
    "privateKey",
    "private_key_pem",
    "ssh_key",
    "signing_key",
    "encryptionKey",
    "masterKey",
    "storageAccountKey",
    "licenseKey",
    "Authorization",
    "proxy-authorization",
    "auth",
    "basicAuth",
    "oauth",
    "credentials",
    "credential",
    "connectionString",
    "connection_string",
    "DATABASE_URL",
    "dsn",
    "cookie",
    "Set-Cookie",
    "sessionId",
    "signature",
    "X-Amz-Signature",
    "sig",
    "sasToken",
    "otp",
    "pin",
    "cvv",
    "salt",
    "\\u0070assword",
  } do
    it(("loses its value in JSON: %s"):format(name), function()
      assert.equal(
        ('{"%s" : "[redacted]","name":"kept"}'):format(name),
        redact.text(('{"%s" : "sec\\"ret","name":"kept"}'):format(name))
      )
    end)
  end

  for _, name in ipairs {
    "name",
    "username",
    "key",
    "keys",
    "keyId",
    "keyboard",
    "keyword",
    "apiKeyword",
    "monkey",
    "primary_key",
    "partitionKey",
    "publicKey",
    "idempotency_key",
    "Key",
    "author",
    "authority",
    "authors",
    "tokenizer",
    "tokenType",
    "token_type",
    "token_url",
    "eos_token",
    "nextPageToken",
    "secretName",
    "passwordRequired",
    "tokenExpiresAt",
    "expiresIn",
    "compass",
    "bypass",
    "passed",
    "spinner",
    "pinned",
    "sigma",
    "salted",
    "sessions",
    "connection",
    "designation",
    "message",
    "requestId",
    "id",
    "bucketName",
    "prompt",
    "cookieConsent",
    "patch",
    "inside",
  } do
    it(("is not mistaken for one: %s"):format(name), function()
      local text <const> = ('{"%s":"some value","b":"other"}'):format(name)
      assert.equal(text, redact.text(text))
      assert.is_false(redact.is_secret_name(name))
    end)
  end

  it("keeps counts of tokens", function()
    local text <const> =
      '{"tokens":12,"max_tokens":4096,"prompt_tokens":"17","tokens":"5","usage":{"tokens":{"in":1.5,"out":2}}}'
    assert.equal(text, redact.text(text))
    assert.equal(
      "it took 4096000 bytes",
      redact.text("it took 4096000 bytes", redact.known({}):add_table { max_tokens = 4096000 })
    )
  end)

  it("loses a number if it is a password", function()
    assert.equal('{"pin": "[redacted]","n":1}', redact.text '{"pin": 123456,"n":1}')
    assert.equal('{"password":"[redacted]"}', redact.text '{"password":-1.5e3}')
  end)

  it("loses a table", function()
    assert.equal(
      '{"credentials":"[redacted]","n":1}',
      redact.text '{"credentials":{"user":"me","a":["}\\"",{}]},"n":1}'
    )
    assert.equal('{"tokens": "[redacted]" }', redact.text '{"tokens": ["abc","def"] }')
    assert.equal('{"secrets":"[redacted]"', redact.text '{"secrets":{"a":"b')
    assert.equal('{"secrets":{}}', redact.text '{"secrets":{}}')
  end)

  it("loses its value in JSON within JSON", function()
    assert.equal(
      '"{\\"password\\":\\"[redacted]\\",\\"n\\":\\"1\\"}"',
      redact.text '"{\\"password\\":\\"a\\\\\\"b\\",\\"n\\":\\"1\\"}"'
    )
    assert.equal('"{\\"secrets\\":\\"[redacted]\\",\\"n\\":1}"', redact.text '"{\\"secrets\\":[\\"ab\\"],\\"n\\":1}"')
  end)

  it("stays visible if it is empty, true, false or null", function()
    for _, value in ipairs { '""', "true", "false", "null" } do
      local text <const> = ('{"password":%s}'):format(value)
      assert.equal(text, redact.text(text))
    end
  end)

  it("loses its value in text that ends within it", function()
    assert.equal('{"password":"[redacted]', redact.text '{"password":"sec')
    assert.equal('{"password":"[redacted]', redact.text '{"password":"sec\\')
  end)
end)
