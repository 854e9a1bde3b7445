"""Numbers of record, written as the insurer's book keeps them."""

from datetime import UTC, datetime, timedelta

from safelight.adapters.aws_signing import Credentials
from safelight.adapters.dynamodb.book import DynamoBook
from safelight.adapters.dynamodb.table import Table, dynamodb_client
from safelight.adapters.vault import AwsVault, kms_client, secrets_client
from safelight.domain.number_of_record import NumberOfRecord
from safelight.domain.request import Locale, PolicyholderId
from tests.channels.deployed import Deployed


def has_number(insurer: Deployed, who: str, phone: str, *, since: timedelta = timedelta(days=400)) -> None:
    """`who` has had this number on file `since` so long."""
    where = ("x", insurer.aws.url, lambda: Credentials("test", "test"), 5.0)
    aws, secrets, kms = dynamodb_client(*where), secrets_client(*where), kms_client(*where)
    vault = AwsVault(secrets, kms, hash_secret_id="hash-key", kms_key_id="contact-key")
    number = NumberOfRecord(
        phone=vault.seal(phone, PolicyholderId(who)),
        phone_key=vault.phone_key(phone),
        phone_last3=phone[-3:],
        locale=Locale.ZH_TW,
        changed_at=datetime.now(UTC) - since,
    )
    DynamoBook(Table(aws, "book"), Table(aws, "cases")).save_number(PolicyholderId(who), number)
    for client in (aws, secrets, kms):
        client.close()
