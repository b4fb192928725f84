"""Reads the public events of a journal from the first one on and believes none: each is proved by a head that the pinned key signed.

Nothing of the product is used: a Kafka client and Ed25519 of others, SHA-256 and JSON of Python itself.
"""
import base64
import hashlib
import json
import os
import sys
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from kafka import KafkaConsumer

BROKERS = os.environ.get("KAFKA_BROKERS", "localhost:9092").split(",")
TOPIC = os.environ.get("TOPIC", "yrd.31.voucher.events")
GROUP = os.environ.get("GROUP", "yrd-consumer-local.sample-python")
UNTIL = int(os.environ.get("UNTIL", "0"))


class Untrue(Exception):
    """What an event says is not what the journal says."""


def demand(holds, why):
    if not holds:
        raise Untrue(why)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def pinned(line):
    """A C2SP verifier line, <name>+<id>+<base64(1, key)>: name, id and key."""
    name, key_id, encoded = line.strip().split("+", 2)
    key = base64.b64decode(encoded)
    demand(len(key) == 33 and key[0] == 1, "KEY is no verifier line of Ed25519: pin that of the federation file")
    return name, bytes.fromhex(key_id), Ed25519PublicKey.from_public_bytes(key[1:])


def head_of(note, name, key_id, key):
    """Size and root of a C2SP checkpoint that the pinned key signed."""
    body, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ", 2)
        signature = base64.b64decode(encoded)
        if dash == "\u2014" and signer == name and signature[:4] == key_id:
            try:
                key.verify(signature[4:], (body + "\n").encode())
            except InvalidSignature:
                continue
            origin, size, root = body.split("\n")[:3]
            demand(origin == name, "its head is of another journal")
            return int(size), base64.b64decode(root)
    raise Untrue("its head is not signed by the pinned key")


def is_included(leaf, index, size, path, root):
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, sha256(b"\0", leaf)
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = sha256(b"\1", sibling, result)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            result = sha256(b"\1", result, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def proved(log, index, key):
    """The entry at this place of the journal; its leaf parsed."""
    with urllib.request.urlopen(f"{log}{index}", timeout=30) as answer:
        entry = json.load(answer)
    size, root = head_of(entry["checkpoint"], *key)
    path = [base64.b64decode(each) for each in entry["proof"]]
    demand(is_included(entry["leaf"].encode(), index, size, path, root), f"entry {index} is not in the journal")
    return entry, json.loads(entry["leaf"])


def check(told, value, last, key):
    """Raises Untrue unless the journal holds the event as it was told, and no public entry between it and the last one."""
    sequence, index = int(told["sequence"]), int(told["id"])
    demand(sequence == last[0] + 1 and index > last[1], f"a gap: it came after event {last[0]}")
    log = told["proof"].rstrip("0123456789")
    for between in range(last[1] + 1, index):
        _, said = proved(log, between, key)
        demand(said.get("classification") != "public", f"a gap: the public entry {between} was left out")
    entry, said = proved(log, index, key)
    for name, text in said.items():
        demand(name == "sequence" or told.get(name) == text, f"{name} is not what the entry says")
    payload = entry["payload"].encode()
    bound = sha256(b"yrd.ledger.payload.v1\n", bytes.fromhex(entry["salt"]), payload).hex()
    demand(bound == said["datahash"], "its payload is not that of the entry")
    demand(json.loads(value) == json.loads(payload)["data"], "its data was changed")
    return sequence, index


def main():
    key = pinned(os.environ.get("KEY", "none+00+AA=="))
    consumer = KafkaConsumer(
        TOPIC, bootstrap_servers=BROKERS, group_id=GROUP, auto_offset_reset="earliest", enable_auto_commit=False
    )
    last = (0, -1)
    for message in consumer:
        told = {name[3:]: text.decode() for name, text in message.headers if name.startswith("ce_")}
        if int(told["sequence"]) <= last[0]:  # Told again after a restart: it was checked.
            continue
        try:
            last = check(told, message.value, last, key)
        except Untrue as why:
            raise Untrue(f"event {int(told['sequence'])}: {why}") from why
        print(f"{last[0]} {told['type']} {told['subject']}: proved", flush=True)
        if last[0] == UNTIL:
            return


if __name__ == "__main__":
    try:
        main()
    except Untrue as why:
        sys.exit(str(why))
