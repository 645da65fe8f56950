"""Writes trust-digest.txt: the canonical encoding of src/pki/trust_digest.rs, field by field."""

import base64
import hashlib
from pathlib import Path

HERE = Path(__file__).parent


def der(name):
    lines = (HERE.parent / "revocation" / name).read_text().splitlines()
    begin, end = lines.index("-----BEGIN CERTIFICATE-----"), lines.index("-----END CERTIFICATE-----")
    return base64.b64decode("".join(lines[begin + 1 : end]))


def field(data):
    return len(data).to_bytes(8, "big") + data


def number(value):
    return field(value.to_bytes(8, "big"))


def optional(data):
    return number(0) if data is None else number(1) + field(data)


def listed(elements):
    return number(len(elements)) + b"".join(map(field, elements))


def anchor(certificate, not_before, not_after, ignores, path_len, domain, constraints):
    encoded = field(certificate) + optional(not_before) + optional(not_after) + number(ignores)
    return hashlib.sha256(encoded + optional(path_len) + optional(domain) + optional(constraints)).digest()


LABEL = field(b"handfast trust digest 2")
CA = anchor(der("ca.pem"), None, None, 0, None, None, None)
LIMITS = number(16) + number(2000) + number(100) + number(50) + number(250000)

defaults = (
    LABEL
    + field(b"")
    + listed([CA])
    + field(b"internal") + number(1) + number(0) + number(0)  # levels: warning, ignored, ignored
    + listed([]) + number(2048) + field((0).to_bytes(16, "big")) + number(1)
    + listed([]) + listed([]) + listed([]) + LIMITS
    + number(0) + field(b"")  # any name under the anchors
    + number(1) + number(1) + optional(None)  # servers, digitalSignature, no bound on the path
    + listed([]) + number(0) + number(0) + number(0)
    + number(0) + number(0)  # no staples, no revocation
)

time = (1_900_000_000_000).to_bytes(8, "big")
stranger = anchor(
    der("stranger.pem"),
    (-1000).to_bytes(8, "big", signed=True), time, 1, (3).to_bytes(8, "big"), b"prod.example",
    bytes.fromhex("300ea00c300a82082e6578616d706c65"),  # permitted: dNSName .example
)
everything = (
    LABEL
    + field(b"client authentication: required")
    + listed(sorted([CA, stranger]))
    + field(b"webpki") + number(2) + number(2) + number(0)
    + listed([b"CERT-NAME-CONSTRAINTS-CRITICALITY", b"PATH-EXPIRED"]) + number(0) + number(1)
    + number(3072) + field((1500).to_bytes(16, "big")) + number(0)
    + listed([b"co.uk", b"com"]) + listed([b"ck"]) + listed([b"www.ck"])
    + number(16) + number(2000) + number(99) + number(50) + number(250000)
    + number(6) + field(b"prod.example")
    + number(2) + number(3) + optional((2).to_bytes(8, "big"))  # clients, digitalSignature and nonRepudiation
    + listed(sorted([bytes.fromhex("2a0304"), bytes.fromhex("2a0305")])) + number(1) + number(0) + number(1)
    + number(1)
    + number(1) + number(1) + number(1) + number(1)  # the end entity's, accept uncovered, accept stale
)

with (HERE / "trust-digest.txt").open("w") as out:
    for name, encoded in [("defaults", defaults), ("everything", everything)]:
        print(name, "=", hashlib.sha256(encoded).hexdigest(), file=out)
