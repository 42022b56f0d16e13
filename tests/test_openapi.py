import json
import re

import pytest
from jsonschema_rs import validator_for

from service.app import create_app
from service.web import openapi

UNDOCUMENTED = {"docs.static", "docs.openapi", "docs.page", "docs.start", "page.static", "page.empty", "page.tagged"}


@pytest.fixture
def document(client):
    response = client.get("/openapi.json")
    assert response.mimetype == "application/json"
    return response.get_json()


def schema(document, path, method, status="200", media="application/json"):
    found = document["paths"][path][method]["responses"][status]["content"][media]["schema"]
    return validator_for({**found, "components": document["components"]})


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Barchasb"


def test_every_reference_leads_somewhere(document):
    references = re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(document))
    assert references
    for reference in references:
        place = document
        for name in reference.split("/"):
            place = place[name]


def test_every_endpoint_is_documented_with_its_sentence(app, document):
    rules = {rule.endpoint: re.sub("<(.*)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert {rules[name] for name in rules.keys() - UNDOCUMENTED} == set(document["paths"])
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"].endswith(".")


def test_every_schema_is_one(document):
    for name in document["components"]["schemas"]:
        validator_for({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_the_examples_are_what_the_schema_allows_and_are_answered(client, document):
    content = document["paths"]["/classify"]["post"]["requestBody"]["content"]["application/json"]
    allows = validator_for({**content["schema"], "components": document["components"]})
    assert len(content["examples"]) == 2
    for example in content["examples"].values():
        allows.validate(example["value"])
        response = client.post("/classify", json=example["value"])
        schema(document, "/classify", "post").validate(response.get_json())


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/model", "/labels"])
def test_answers_are_as_documented(client, document, path):
    schema(document, path, "get").validate(client.get(path).get_json())


def test_the_limits_that_are_set_stand_in_the_document(document):
    sentences = document["components"]["schemas"]["Sentences"]["properties"]["sentences"]
    assert sentences["maxItems"] == 50
    assert sentences["items"]["maxLength"] == 10_000


def test_with_keys_the_document_says_how_they_are_sent_and_where_none_is_needed(tagger, manifest):
    app = create_app({"API_KEYS": "desk:0123456789abcdef", "RATE_LIMIT": "9/minute"}, tagger, manifest)
    document = openapi.document(app, app.extensions["settings"])
    assert document["security"] == [{"bearer": []}, {"key": []}]
    assert document["paths"]["/healthz"]["get"]["security"] == []
    assert {"401", "429"} <= document["paths"]["/classify"]["post"]["responses"].keys()
    assert "security" not in document["paths"]["/classify"]["post"]


def test_the_page_loads_everything_from_here_and_its_policy_lets_it(client):
    response = client.get("/docs")
    assert "://" not in response.text
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert len(addresses) == 3
    for address in addresses:
        with client.get(f"/{address}") as part:
            assert part.status_code == 200
            assert part.content_length > 20


def test_a_script_stands_in_no_page(client):
    assert re.findall(r"<script[^>]*>([^<]*)</script>", client.get("/docs").text) == ["", ""]
