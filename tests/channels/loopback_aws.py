"""The little of AWS that the functions use, in memory behind a loopback address, and able to be down.

The functions run here as they are deployed: real bootstrap, real adapters, real rows. Only what lies behind the wire is
ours. What DynamoDB itself does is the contract suite's business; here it must be fast and it must break on command.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, RLock, Thread
from typing import Any

Item = dict[str, dict[str, str]]
HASH_SECRET = "k" * 64
LINE_SECRET = {"channel_secret": "c" * 32, "access_token": "t" * 40}


class _RefusedError(Exception):
    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.body = {"__type": f"com.amazonaws#{code}", **more}


@dataclass
class LoopbackAws:
    """`down` names services or operations that answer 500: dynamodb, kms, secretsmanager, sqs, sms, GetItem, …"""

    tables: dict[str, dict[tuple[str, str], Item]] = field(default_factory=dict)
    queue: list[dict[str, str]] = field(default_factory=list)
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    texts: list[dict[str, str]] = field(default_factory=list)
    line: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    """What LINE was asked and did: (path, body, headers)."""
    line_answers: list[int] = field(default_factory=list)
    """Statuses of LINE's next answers; 200 when there is none."""
    down: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    """Paths that answer 403: /inbox, /gateway, /push."""
    pushed: list[dict[str, str]] = field(default_factory=list)
    hangs: set[str] = field(default_factory=set)
    """Operations that are answered once `lets_go` is set, and not before."""
    lets_go: Event = field(default_factory=Event)
    objects: dict[str, bytes] = field(default_factory=dict)
    """What lies in S3, by path: /bucket/key."""
    asked: set[tuple[str, str]] = field(default_factory=set)
    """(IAM action, resource) of every call, as AWS would judge it."""
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        aws = self
        self.operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "GetItem": self._get_item,
            "PutItem": self._put_item,
            "Query": self._query,
            "TransactWriteItems": self._transact_write_items,
            "UpdateItem": self._update_item,
            "GetSecretValue": self._get_secret_value,
            "Encrypt": self._encrypt,
            "Decrypt": self._decrypt,
            "Verify": self._verify,
            "SendMessageBatch": self._send_message_batch,
            "SendMessage": self._send_message,
            "Send": self._send,
        }

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: in two, each answer waits 40 ms for an acknowledgement
            disable_nagle_algorithm = True  # the end of a model would wait 40 ms, too

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.headers.get("x-amz-target", "").rpartition(".")[2] in aws.hangs:
                    aws.lets_go.wait(30)
                if self.path.startswith("/schedules/"):
                    status, answer = aws.schedule(self.path.rpartition("/")[2], json.loads(raw))
                elif self.path in aws.refused:
                    status, answer = 403, {}
                elif self.path == "/push":
                    aws.pushed.append(json.loads(raw))
                    status, answer = 202, {}
                elif self.path.startswith("/v2/bot/"):
                    status, answer = aws.line_answer(self.path, raw, {k.lower(): v for k, v in self.headers.items()})
                else:
                    status, answer = aws.answer(self.headers.get("x-amz-target", "sms.Send"), raw)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                status, body = aws.s3(self.path)
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: tests read what the functions log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def reset(self) -> None:
        with self.lock:
            for kept in (
                self.tables,
                self.queue,
                self.schedules,
                self.texts,
                self.line,
                self.line_answers,
                self.down,
                self.asked,
                self.hangs,
                self.refused,
                self.pushed,
                self.objects,
            ):
                kept.clear()

    def written(self) -> str:
        """Everything at rest and in the queue, as text."""
        rows = [list(rows.values()) for rows in self.tables.values() if rows]
        return json.dumps([rows, self.queue], ensure_ascii=False)

    def rows(self) -> int:
        return sum(len(rows) for rows in self.tables.values())

    def answer(self, target: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        prefix, _, operation = target.partition(".")
        service = {"DynamoDB_20120810": "dynamodb", "TrentService": "kms", "AmazonSQS": "sqs"}.get(prefix, prefix)
        if {service, operation, "everything"} & self.down:
            return 500, {"__type": "InternalServerError", "message": "down"}
        request = json.loads(raw)
        with self.lock:
            self.asked |= set(_judged(service, operation, request))
            try:
                found = self.operations[operation](request)
            except _RefusedError as refused:
                return 400, refused.body
        return 200, found

    def line_answer(self, path: str, raw: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """As LINE: a reply token once, a push once for each retry key."""
        with self.lock:
            status = self.line_answers.pop(0) if self.line_answers else 500 if "line" in self.down else 200
            assert headers["authorization"] == f"Bearer {LINE_SECRET['access_token']}"
            body = json.loads(raw)
            if status != 200:
                return status, {"message": "no"}
            if path.endswith("/linkToken"):
                return 200, {"linkToken": "link-token"}
            spent = {sent.get("replyToken") for _, sent, _ in self.line} - {None}
            pushed = {sent.get("x-line-retry-key") for _, _, sent in self.line} - {None}
            if body.get("replyToken") in spent:
                return 400, {"message": "Invalid reply token"}
            if headers.get("x-line-retry-key") in pushed:
                return 409, {"message": "The retry key is already accepted"}
            self.line.append((path, body, headers))
            return 200, {}

    def schedule(self, name: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """As EventBridge Scheduler: each name once."""
        with self.lock:
            if "scheduler" in self.down:
                return 500, {"Message": "down"}
            self.asked |= {
                ("scheduler:CreateSchedule", asked["GroupName"]),
                ("iam:PassRole", asked["Target"]["RoleArn"]),
            }
            if name in self.schedules:
                return 409, {"Message": "exists", "__type": "ConflictException"}
            self.schedules[name] = asked
            return 200, {"ScheduleArn": f"arn:aws:scheduler:x:0:schedule/{name}"}

    def s3(self, path: str) -> tuple[int, bytes]:
        with self.lock:
            if {"s3", "everything"} & self.down:
                return 500, b""
            self.asked.add(("s3:GetObject", f"/{path.split('/')[1]}"))
            found = self.objects.get(path)
            return (404, b"") if found is None else (200, found)

    # DynamoDB

    def _table(self, request: dict[str, Any]) -> dict[tuple[str, str], Item]:
        return self.tables.setdefault(request["TableName"], {})

    def _get_item(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._table(request).get(_key(request["Key"]))
        return {"Item": found} if found else {}

    def _put_item(self, request: dict[str, Any]) -> dict[str, Any]:
        if not self._holds(request):
            raise _RefusedError("ConditionalCheckFailedException")
        self._table(request)[_key(request["Item"])] = request["Item"]
        return {}

    def _update_item(self, request: dict[str, Any]) -> dict[str, Any]:
        if not self._holds(request):
            raise _RefusedError("ConditionalCheckFailedException")
        setting, _, adding = request["UpdateExpression"].partition(" ADD ")
        self._update({**request, "UpdateExpression": setting})
        row = self._table(request)[_key(request["Key"])]
        for part in filter(None, adding.split(", ")):
            name, value = part.split(" ")
            attribute = request["ExpressionAttributeNames"][name]
            had = int(row.get(attribute, {"N": "0"})["N"])
            row[attribute] = {"N": str(had + int(request["ExpressionAttributeValues"][value]["N"]))}
        return {}

    def _query(self, request: dict[str, Any]) -> dict[str, Any]:
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        rows = list(self._table(request).values())
        order = "sk"
        for part in re.split(r" AND (?=#)", request["KeyConditionExpression"]):
            name, sign, value = re.fullmatch(r"(#\w+) (=|<|>|BETWEEN) (.+)", part).groups()  # type: ignore[union-attr]
            attribute = names[name]
            if sign != "=" or attribute in ("open_alert", "open_task"):
                order = {"open_alert": "created_at", "open_task": "due_at"}.get(attribute, attribute)
            if attribute == "board_pk":
                order = "opened_at"
            limits = [values[v]["S"] for v in value.split(" AND ")]
            rows = [
                row
                for row in rows
                if attribute in row
                and (
                    row[attribute]["S"] == limits[0]
                    if sign == "="
                    else row[attribute]["S"] < limits[0]
                    if sign == "<"
                    else row[attribute]["S"] > limits[0]
                    if sign == ">"
                    else limits[0] <= row[attribute]["S"] <= limits[1]
                )
            ]
        rows.sort(key=lambda row: row[order]["S"], reverse=not request.get("ScanIndexForward", True))
        return {"Items": rows[: request.get("Limit", len(rows))]}

    def _transact_write_items(self, request: dict[str, Any]) -> dict[str, Any]:
        parts = [next(iter(part.items())) for part in request["TransactItems"]]
        held = [self._holds(body) for _, body in parts]
        if not all(held):
            reasons = [{"Code": "None" if ok else "ConditionalCheckFailed"} for ok in held]
            raise _RefusedError("TransactionCanceledException", CancellationReasons=reasons)
        for action, body in parts:
            if action == "Put":
                self._put_item(body)
            else:
                self._update(body)
        return {}

    def _holds(self, body: dict[str, Any]) -> bool:
        stored = self._table(body).get(_key(body.get("Key") or body["Item"]))
        condition = body.get("ConditionExpression")
        if condition is None:
            return True
        if condition == "attribute_not_exists(#pk)":
            return stored is None
        if condition == "attribute_not_exists(#version)":
            return stored is None or "version" not in stored
        if condition == "attribute_not_exists(#pk) OR #limited <= :limit":
            limited = body["ExpressionAttributeNames"]["#limited"]
            return stored is None or stored[limited]["S"] <= body["ExpressionAttributeValues"][":limit"]["S"]
        if under := re.fullmatch(r"attribute_not_exists\((#\w+)\) OR \1 < :under", condition):
            count = (stored or {}).get(body["ExpressionAttributeNames"][under.group(1)], {"N": "0"})
            return int(count["N"]) < int(body["ExpressionAttributeValues"][":under"]["N"])
        assert condition == "#version = :before", condition
        return stored is not None and stored["version"] == body["ExpressionAttributeValues"][":before"]

    def _update(self, body: dict[str, Any]) -> None:
        row = self._table(body).setdefault(_key(body["Key"]), dict(body["Key"]))
        setting, _, removing = body["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
        for name in filter(None, removing.split(", ")):
            row.pop(body["ExpressionAttributeNames"][name], None)
        for part in re.split(r", (?=#)", setting):
            name, _, value = part.partition(" = ")
            kept = re.fullmatch(r"if_not_exists\(#\w+, (:\w+)\)", value)
            attribute = body["ExpressionAttributeNames"][name]
            given = body["ExpressionAttributeValues"][kept.group(1) if kept else value]
            if not (kept and attribute in row):
                row[attribute] = given

    # The others

    def _get_secret_value(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"SecretString": json.dumps(LINE_SECRET) if request["SecretId"] == "line-secret" else HASH_SECRET}

    def _encrypt(self, request: dict[str, Any]) -> dict[str, Any]:
        about = request["EncryptionContext"]["policyholder_id"]
        plain = b64decode(request["Plaintext"]).decode()
        sealed = json.dumps([about, plain[::-1]]).encode()
        return {"CiphertextBlob": b64encode(bytes(byte ^ 0x5A for byte in sealed)).decode()}

    def _decrypt(self, request: dict[str, Any]) -> dict[str, Any]:
        about, plain = json.loads(bytes(byte ^ 0x5A for byte in b64decode(request["CiphertextBlob"])))
        if about != request["EncryptionContext"]["policyholder_id"]:
            raise _RefusedError("InvalidCiphertextException")
        return {"Plaintext": b64encode(plain[::-1].encode()).decode()}

    def _verify(self, request: dict[str, Any]) -> dict[str, Any]:
        if b64decode(request["Signature"]) != signature_by_loopback(b64decode(request["Message"])):
            raise _RefusedError("KMSInvalidSignatureException")
        return {"SignatureValid": True}

    def _send_message_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        self.queue += [{"messageId": e["Id"], "body": e["MessageBody"]} for e in request["Entries"]]
        return {"Successful": [{"Id": e["Id"]} for e in request["Entries"]], "Failed": []}

    def _send_message(self, request: dict[str, Any]) -> dict[str, Any]:
        self.queue.append({"messageId": "1", "body": request["MessageBody"]})
        return {"MessageId": "1"}

    def _send(self, request: dict[str, Any]) -> dict[str, Any]:
        self.texts.append(request)
        return {"message_id": f"m-{len(self.texts)}"}


def signature_by_loopback(digest: bytes) -> bytes:
    return b"loopback" + digest


def signed_by_loopback(text: str) -> bytes:
    """As the pipeline writes what KMS signed."""
    signature = signature_by_loopback(sha256(text.encode()).digest())
    return json.dumps({"signed": text, "signature": b64encode(signature).decode()}).encode()


def _judged(service: str, operation: str, request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """DynamoDB asks for the right to each part of a transaction, not to the transaction."""
    if operation == "TransactWriteItems":
        for part in request["TransactItems"]:
            ((action, body),) = part.items()
            yield f"dynamodb:{action}Item", body["TableName"]
    elif service == "dynamodb":
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        yield f"dynamodb:{operation}", request["TableName"] + index
    elif service != "sms":
        yield f"{service}:{operation}", request.get("SecretId") or request.get("KeyId") or "queue"


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
