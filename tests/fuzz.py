"""What `fuzz.mjs` adds to schemathesis: valid requests that are, half of the time, about somebody who is there.

Made up from the contract alone, they would hardly ever get past "no such contact", and what is answered then would go unseen.
"""

import json
import random
from pathlib import Path

import schemathesis

PEOPLE = json.loads(Path("people.json").read_text())
MERGED = [person for person in PEOPLE if "merged" in person]


@schemathesis.serializer("text/csv", "text/tab-separated-values", "application/x-ndjson", "application/gzip")
def file(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    make_likely(case)
    # What was changed is valid too. Otherwise schemathesis would check the texts of the request against the types of the
    # contract, and might take a valid request for an invalid one.
    case._record_starting_state()


def make_likely(case):
    # Nobody guesses the state that a change is meant for.
    if random.random() < 0.8:
        (case.headers or {}).pop("If-Match", None)
    body = case.body
    if random.random() < 0.5:
        return
    operation = case.operation.path.rsplit("/", 1)[-1]
    if operation == "imports" and case.method == "POST":
        # A list that can be read, of whatever else is said.
        emails = [person["email"] for person in random.sample(PEOPLE, 3)]
        case.media_type, case.body = "text/csv", "\n".join(["email", *emails, ""]).encode()
        left = {name: value for name, value in (case.query or {}).items() if name not in ("profile", "columns")}
        case.query = {**left, "list": "opted_in", "channel": "email", "purpose": "newsletter"}
    elif case.method == "PATCH":
        # Those whose rest is awaited have nothing yet.
        case.headers["Upload-Offset"] = "0"
    elif not isinstance(body, dict):
        return
    elif operation == "unmerge":
        person = random.choice(MERGED)
        case.path_parameters["id"], body["contact"] = person["id"], person["merged"]
    elif operation == "rectify":
        person = random.choice(PEOPLE)
        case.path_parameters["id"] = person["id"]
        if body.get("address"):
            kind = next((name for name, value in body["address"]["to"].items() if value is not None), "email")
            body["address"]["from"] = {kind: person.get(kind, "nobody@example.com")}
    elif operation in ("activities", "disclosures", "decisions", "merge") and "contact" in body:
        body["contact"] = {"id": random.choice(PEOPLE)["id"]}
    elif operation == "lookup":
        case.body = {"email": random.choice(PEOPLE)["email"]}
