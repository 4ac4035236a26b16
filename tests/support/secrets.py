"""One list of what looks secret, for every place where something is shown; nothing here opens anything."""

from __future__ import annotations

import html

_MIXED = "aB3dE5gH7j"  # the made-up part of made-up tokens

# By the name that an environment variable, a hyperparameter or a tag has.
NAMED = {
    name: f"named-{number:02}-secret"
    for number, name in enumerate(
        (
            "PASS", "DB_PWD", "PASSPHRASE", "DB_PASSWORD", "mysqlPassword", "PGPASSWORD", "dbpass", "MYSQL_PW",
            "API-KEY", "apikey", "AccessKeyId", "aws_secret_access_key", "AWS_SESSION_TOKEN", "HfToken", "github_token",
            "CLIENT_SECRET", "Credentials", "PRIVATE", "SSH_PRIVATE_KEY", "AZURE_STORAGE_CONNECTION_STRING",
            "SLACK_WEBHOOK_URL", "AccountKey", "Authorization", "API_TOKENS",
            "REDIS_AUTH", "_auth", "ENCRYPTION_KEY", "AIRFLOW__CORE__FERNET_KEY", "JWT_KEY", "OPENAI_KEY", "STRIPE_KEY",
        )
    )
}  # fmt: skip

# By themselves: the text, and the part of it that must not be seen.
FORMS = (
    ("postgresql://user:pass-w0rd@host/db", "pass-w0rd"),
    ("postgresql+psycopg2://user:p@ss/w:rd@host:5432/db", "p@ss/w:rd"),
    ("mongodb+srv://user:p#a?s=s@host/db?x=1", "p#a?s=s"),
    ("redis://:only-a-w0rd@cache:6379/0", "only-a-w0rd"),
    ("jdbc:mysql://user:jdbc-w0rd@host/db", "jdbc-w0rd"),
    ("https://me:web-w0rd@example.org/a?mail=b@c.d", "web-w0rd"),
    ("AKIA" + "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"),
    ("ASIA" + "ABCDEFGHIJKLMNOQ", "ABCDEFGHIJKLMNOQ"),
    ("AKIA" + "ABCDEFGHIJKLMNOR:" + "wJalrXUtnF/EMI7K+MDENGbPxRfiCYaB3dE5gH7j", "wJalrXUtnF"),
    ("IQoJb3JpZ2luX2VjE" + _MIXED * 4, _MIXED * 2),
    ("ghp_" + _MIXED * 4, _MIXED * 2),
    ("gho_" + _MIXED * 4, _MIXED * 2),
    ("github_pat_" + _MIXED * 4, _MIXED * 2),
    ("glpat-" + _MIXED * 2, _MIXED),
    ("xoxb-123456789012-" + _MIXED * 2, _MIXED),
    ("https://hooks.slack.com/services/T0001/B0001/" + _MIXED * 2, _MIXED),
    ("https://discord.com/api/webhooks/1/" + _MIXED * 2, _MIXED),
    ("hf_" + _MIXED * 3, _MIXED),
    ("sk-proj-" + _MIXED * 4, _MIXED),
    ("sk-ant-api03-" + _MIXED * 4, _MIXED),
    ("sk-" + _MIXED * 4, _MIXED),
    ("sk_live_" + _MIXED * 3, _MIXED),
    ("npm_" + _MIXED * 4, _MIXED),
    ("pypi-" + _MIXED * 4, _MIXED),
    ("SG." + _MIXED * 2 + "." + _MIXED * 4, _MIXED),
    ("AIza" + _MIXED * 4, _MIXED),
    ("ya29." + _MIXED * 4, _MIXED),
    ("dckr_pat_" + _MIXED * 3, _MIXED),
    ("123456789:AA" + "b" * 33, "b" * 20),
    ("eyJ" + "d" * 20 + "." + "e" * 20 + ".f" + _MIXED, "e" * 20),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAK\n-----END RSA PRIVATE KEY-----", "MIIEowIBAAK"),
    ("-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN\\n-----END PRIVATE KEY-----", "MIIEvQIBADAN"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r", "b3BlbnNzaC1r"),
    ("Authorization: Bearer opaque-bearer-1", "opaque-bearer-1"),
    ("Bearer " + _MIXED * 2, _MIXED),
    ("Basic dXNlcjpoaWRkZW4tb25l", "dXNlcjpoaWRkZW4tb25l"),
    ("X-Api-Key: header-key-1", "header-key-1"),
    ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + _MIXED * 8 + "==;EndpointSuffix=x", _MIXED),
    ("Endpoint=sb://b/;SharedAccessKeyName=n;SharedAccessKey=" + _MIXED * 4 + "=", _MIXED),
    ("https://a.blob.core.windows.net/c?sv=2024&sr=c&sig=" + _MIXED * 2 + "%2Fx%3D", _MIXED),
    ("https://b.s3.amazonaws.com/k?X-Amz-Credential=x&X-Amz-Signature=" + "0a1b" * 16, "0a1b" * 4),
    ("Server=tcp:db;User=u;Password=sql-w0rd;Timeout=3", "sql-w0rd"),
    ("PASS=env-w0rd-1", "env-w0rd-1"),
    ("export DB_PWD='env w0rd 2'", "env w0rd 2"),
    ("PASSPHRASE: env-w0rd-3", "env-w0rd-3"),
    ("train --password flag-w0rd-1 --rounds 3", "flag-w0rd-1"),
    ("--db-password=flag-w0rd-2", "flag-w0rd-2"),
    ('{"db": {"password": "json-w0rd-1", "rounds": 3}}', "json-w0rd-1"),
    ('{"inner": "{\\"token\\": \\"json-w0rd-2\\"}"}', "json-w0rd-2"),
    ("{'password': 'repr-w0rd'}", "repr-w0rd"),
    ("HF_TOKEN=t0k-1", "t0k-1"),
    ("Environment: {'A': 'x', 'B_TOKEN': 't0k-2'}", "t0k-2"),
    ("password      =      hunter2", "hunter2"),
    ("password%3Dhunter2", "hunter2"),
    ("password: |\n  hunter2", "hunter2"),
    ("machine host login me password hunter2", "hunter2"),
    ("the password is hunter2", "hunter2"),
    ("ENV DB_PASSWORD hunter2", "hunter2"),
    ("create user me identified by 'hunter-two'", "hunter-two"),
    ("curl -u me:hunter2 https://host", "hunter2"),
    ("curl --user me:hunter2 https://host", "hunter2"),
    ("<password>hunter-two</password>", "hunter-two"),
    ('<add key="password" value="hunter-two"/>', "hunter-two"),
    ("Cookie: session=abc123; csrftoken=zzz999", "zzz999"),
    ('Authorization: Digest username="me", response="6629fae4"', "6629fae4"),
    ('{"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpoaWRkZW4tb25l"}}}', "dXNlcjpoaWRkZW4tb25l"),
    ("jdbc:oracle:thin:scott/tiger@//host:1521/db", "tiger"),
    ("https://" + _MIXED * 4 + "@sentry.io/1", _MIXED),
    ("https://host/?code=" + _MIXED * 3, _MIXED),
    ("https://outlook.office.com/webhook/0a1b@2c3d/IncomingWebhook/" + _MIXED * 3, _MIXED),
    ("https://discord.com/api/v10/webhooks/1/" + _MIXED * 2, _MIXED),
    ("https://hooks.zapier.com/hooks/catch/123456/zap-w0rd/", "zap-w0rd"),
    ("https://events.pagerduty.com/integration/" + "0a1b" * 8 + "/enqueue", "0a1b0a1b"),
    ("https://api.telegram.org/bot123456789:AA" + "b" * 33 + "/sendMessage", "b" * 20),
    ("ATATT3xFfGF0" + _MIXED * 6, _MIXED),
    ("glsa_" + _MIXED * 3 + "_0a1b2c3d", _MIXED),
    ("sntrys_" + _MIXED * 5, _MIXED),
    ("PMAK-" + "0a1b" * 6 + "-" + "0a1b" * 8, "0a1b0a1b"),
    ("secret_" + _MIXED * 4 + "abc", _MIXED),
    ("lsv2_pt_" + "0a1b" * 8 + "_0a1b0a1b0a", "0a1b0a1b"),
    (_MIXED + "abcd.atlasv1." + _MIXED * 6, _MIXED * 2),
    ("1//0g" + _MIXED * 4, _MIXED),
    ("tskey-auth-" + _MIXED + "-" + _MIXED * 2, _MIXED),
    ("train --token=t0k-3", "t0k-3"),
    ("TOKEN=t0k-4", "t0k-4"),
    ("password=b'byte-w0rd'", "byte-w0rd"),
    ("1 validation error: Value 'quoted-w0rd' at 'environment.DB_PASSWORD.member' failed to satisfy", "quoted-w0rd"),
    ("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlF", "UFJJVkFURSBLRVkt"),
    ('settings: "{\\"api_key\\": \\"esc-w0rd\\\\\\"more\\"}"', "esc-w0rd"),
)  # fmt: skip

# What looks a little like it, and has to stay readable.
HARMLESS_NAMED = {
    "max_tokens": "512", "max_new_tokens": "64", "pad_token": "[PAD]", "token_type": "bpe", "tokenizer": "bert-base",
    "passthrough": "true", "pass_through": "raw", "num_passes": "3", "first_pass": "wide", "bypass": "x",
    "compass": "n", "private_subnet": "subnet-1", "key": "id", "KmsKeyId": "alias/k", "objective": "reg:squarederror",
    "SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x", "signature_level": "0.01", "secret": "",
    "sig": "0.05",
    "token_dim": "64", "next_token": "xyz", "password_column": "hashes", "auth": "none", "AuthType": "basic",
    "primary_key": "id", "encryption_key": "alias/k", "sort_key": "date", "ClientRequestToken": "0a1b2c3d",
    "use_password": "false", "monkey_patch": "yes please", "passport": "none",
}  # fmt: skip
HARMLESS = (
    "C[C@@H](N)C(=O)O", "s3://bucket/drops/2024-01-01/x.csv:17", "sha256:" + "0f" * 32,
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/a@sha256:" + "0f" * 32, "arn:aws:iam::123456789012:role/R",
    "2024-01-01T00:00:00Z", "https://host:8080/p?mail=a@b.c", "https://example.org/a:b@c", "git@github.com:a/b.git",
    "mongodb://h1:27017,h2:27017/db", "3f786850e387550fdab836ed7e6dc881de23001b", "sk-learn-regression-model-of-2024",
    "unexpected token: '<'", "invalid token: expected 5 columns", "basic regression features", "key 'A=1' of row 5",
    "column 'token', row 3 (line 4) holds text: 'x'", "the bearer of this message", "limit=5, delta=6",
    "tfp_tensorflow_probability_model", "https://host/webhooks", "docker run -u 1000:1000 image", "s3://b/hooks/2024-01-01/x",
    "https://b.s3.amazonaws.com/?key=CompoundLibrary2024-01-01-Batch17.csv", "the password is required",
    "Value '5' at 'resourceConfig.instanceCount' failed to satisfy constraint",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI",
    "InChI=1S/C9H8O4/c1-6(10)13-8-5-3-2-4-7(8)9(11)12/h2-5H,1H3,(H,11,12)", "<td>token</td><td>5</td>",
    "data:text/csv;base64," + "QUJD" * 9, "[1, 2.5, null]", '{"rounds": 3,  "eta": 0.10}', "{not json", "=:@", "",
)  # fmt: skip


SECRETS = [*NAMED.values(), *(secret for _, secret in FORMS)]


def seen_in(text: str) -> list[str]:
    """The secrets that can be read in a text, however it was escaped."""
    plain = html.unescape(text).replace("\\\\", "\\").replace('\\"', '"')
    return [secret for secret in SECRETS if secret in plain]
