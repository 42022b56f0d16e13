import json
import string
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from service.app import create_app
from service.corrections.body import MAX_NOTE, MAX_TEXT

from .test_api import assert_problem
from .test_parsing import JSON

SENTENCE = "امسال ۴۰ تن زعفران از بندر خیالی لاورستان به سه کشور صادر شد."
INJECTIONS = [
    "<script>alert('سلام')</script>",
    "'; DROP TABLE corrections; --",
    "{{ 7 * 7 }} ${7*7} %s %(text)s",
    '=HYPERLINK("//x")',
    "\N{RIGHT-TO-LEFT OVERRIDE}سلام\N{ZERO WIDTH NON-JOINER}ها\r\n\t\x1b[31m",
    "\N{FACE WITH TEARS OF JOY}\N{ZERO WIDTH JOINER}e\N{COMBINING ACUTE ACCENT} سلام",
]


def correction(**changes):
    """A correction as a client sends it, with an id of its own."""
    return {
        "id": str(uuid.uuid4()),
        "text": SENTENCE,
        "start": 10,
        "end": 10 + len(SENTENCE),
        "document": "ab" * 32,
        "model": "1ffac3238a0d",
        "tags": {"themes": ["health"], "type": "rhetoric"},
        "labels": {"themes": ["export"], "type": "statistic"},
        **changes,
    }


@pytest.fixture
def app(tagger, manifest, tmp_path):
    app = create_app({"TESTING": True, "QUIET": True, "DATA": str(tmp_path / "data")}, tagger, manifest)
    yield app
    app.extensions["corrections"].close()


def post(client, value, **options):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return client.post("/corrections", data=body, **{"content_type": "application/json", **options})


def listed(client, query=""):
    return client.get(f"/corrections{query}").get_json()["corrections"]


def test_a_correction_is_stored_and_given_back(client):
    sent = correction(note="وزن گفته شده")
    response = post(client, sent)
    assert response.status_code == 201
    stored = response.get_json()
    assert {key: stored[key] for key in sent} == sent
    assert stored["sentence"] is True
    assert stored["key"] == "local"
    assert stored["state"] == "open"
    assert stored["time"].endswith("Z")
    assert client.get(response.headers["Location"]).get_json() == stored
    assert listed(client) == [stored]


def test_the_same_correction_sent_again_is_stored_once(client):
    sent = correction(labels={"themes": ["export", "health"], "type": "statistic"})
    first = post(client, sent)
    # The order of themes and the case of the id say nothing.
    again = post(
        client, {**sent, "id": sent["id"].upper(), "labels": {"themes": ["health", "export"], "type": "statistic"}}
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json()
    assert len(listed(client)) == 1


@pytest.mark.parametrize(
    "change", [{"text": "جمله‌ای دیگر."}, {"start": 11}, {"note": "x"}, {"labels": None, "sentence": False}]
)
def test_an_id_with_another_content_is_refused_and_changes_nothing(client, change):
    sent = correction()
    stored = post(client, sent).get_json()
    assert_problem(post(client, {**sent, **change}), 409, "an id of its own")
    assert listed(client) == [stored]


def test_undo_takes_a_correction_back_and_can_be_repeated(client):
    sent = correction()
    post(client, sent)
    for _ in range(2):
        response = client.delete(f"/corrections/{sent['id']}")
        assert (response.status_code, response.data) == (204, b"")
    assert listed(client) == []
    assert_problem(client.get(f"/corrections/{sent['id']}"), 404, "no correction of this id")


def test_what_was_taken_back_can_be_said_again(client):
    sent = correction()
    post(client, sent)
    client.delete(f"/corrections/{sent['id']}")
    assert post(client, sent).status_code == 201


def test_a_correction_can_say_that_there_is_no_sentence(client):
    stored = post(client, correction(text="«»", labels=None, sentence=False)).get_json()
    assert (stored["labels"], stored["sentence"]) == (None, False)


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_and_note_come_back_as_they_were_sent(client, text):
    sent = correction(text=f"سلام {text}", note=text)
    post(client, sent)
    stored = listed(client)[0]
    assert (stored["text"], stored["note"]) == (sent["text"], text)


def test_a_list_comes_in_pages(client):
    sent = [correction(text=f"جمله شماره {number}.") for number in range(5)]
    for each in sent:
        post(client, each)
    found, query = [], "?limit=2"
    while query:
        page = client.get(f"/corrections{query}").get_json()
        assert len(page["corrections"]) <= 2
        found += [each["id"] for each in page["corrections"]]
        query = page["next"] and f"?limit=2&after={page['next']}"
    assert found == [each["id"] for each in sent]


def test_a_list_can_be_of_one_document_and_one_state(client):
    here, there = correction(), correction(document=None, text="جای دیگر.")
    post(client, here)
    post(client, there)
    assert [each["id"] for each in listed(client, f"?document={'ab' * 32}")] == [here["id"]]
    assert listed(client, "?state=accepted") == []
    assert len(listed(client, "?state=open")) == 2


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?limit=x", "?after=-1", "?after=٣", "?state=new"])
def test_a_list_that_cannot_be_is_refused(client, query):
    assert_problem(client.get(f"/corrections{query}"), 422, "must be")


KEYS = {"mina": "a-secret-key-of-mina", "omid": "a-secret-key-of-omid"}


@pytest.fixture
def team(tagger, manifest, tmp_path):
    """Clients that send the key of a name each."""
    keys = ",".join(f"{name}:{key}" for name, key in KEYS.items())
    app = create_app(
        {"TESTING": True, "QUIET": True, "DATA": str(tmp_path / "data"), "API_KEYS": keys}, tagger, manifest
    )

    def client_of(name):
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {KEYS.get(name, '')}"
        return client

    yield client_of
    app.extensions["corrections"].close()


def test_a_later_correction_of_the_same_key_replaces_the_earlier(team):
    client = team("mina")
    post(client, correction())
    # The same sentence written in another way.
    post(client, correction(text=SENTENCE.replace("ک", "ك").replace("صادر شد", "صادر  شد")))
    assert [each["state"] for each in listed(client)] == ["replaced", "open"]


def test_nothing_is_given_or_taken_without_a_key_where_keys_are_asked_for(team):
    sent = correction()
    post(team("mina"), sent)
    nobody = team("nobody")
    assert_problem(post(nobody, correction()), 401, "Send your key")
    for path in ("/corrections", f"/corrections/{sent['id']}"):
        assert_problem(nobody.get(path), 401, "Send your key")
    assert_problem(nobody.delete(f"/corrections/{sent['id']}"), 401, "Send your key")
    assert len(listed(team("mina"))) == 1


def test_without_keys_nobody_replaces_what_may_be_another_persons(client):
    post(client, correction())
    post(client, correction())
    assert [each["state"] for each in listed(client)] == ["open", "open"]


def test_a_correction_has_the_name_of_its_key_and_only_that_key_takes_it_back(team):
    sent = correction()
    assert post(team("mina"), sent).get_json()["key"] == "mina"
    assert_problem(team("omid").delete(f"/corrections/{sent['id']}"), 403, "Another key made this")
    assert_problem(post(team("omid"), sent), 409, "an id of its own")
    assert team("mina").delete(f"/corrections/{sent['id']}").status_code == 204


def test_a_key_is_given_its_own_corrections_and_no_others(team):
    mina, omid = correction(note="یادداشت مینا"), correction(note="یادداشت امید")
    post(team("mina"), mina)
    post(team("omid"), omid)
    for query in ("", f"?document={'ab' * 32}", "?state=open"):
        assert [each["note"] for each in listed(team("omid"), query)] == [omid["note"]]
    assert_problem(team("omid").get(f"/corrections/{mina['id']}"), 404, "no correction of this id and this key")
    assert team("omid").get(f"/corrections/{omid['id']}").get_json()["note"] == omid["note"]


def test_what_keys_said_is_not_given_where_keys_are_no_longer_asked_for(team, client):
    sent = correction()
    post(team("mina"), sent)
    assert listed(client) == []
    assert client.get(f"/corrections/{sent['id']}").status_code == 404
    assert_problem(client.delete(f"/corrections/{sent['id']}"), 403, "Another key made this")


def test_what_a_reviewer_has_decided_about_cannot_be_taken_back(client, app):
    sent = correction()
    post(client, sent)
    with app.extensions["corrections"].writing() as corrections:
        stored = corrections.get(sent["id"])
        corrections.decide(stored.number, stored.labels, "sara", accepted=True)
    assert_problem(client.delete(f"/corrections/{sent['id']}"), 409, "has been accepted")
    review = listed(client)[0]["review"]
    assert (review["labels"], review["sentence"], review["reviewer"]) == (sent["labels"], True, "sara")


def test_a_store_that_cannot_be_used_is_a_problem_that_names_no_path(tagger, manifest, tmp_path):
    path = tmp_path / "corrections.sqlite3"
    path.write_bytes(b"no database " * 100)
    client = create_app({"TESTING": True, "QUIET": True, "DATA": str(tmp_path)}, tagger, manifest).test_client()
    for response in (post(client, correction()), client.get("/corrections")):
        assert_problem(response, 503, "nothing was changed")
        assert str(tmp_path).encode() not in response.data


BAD = [
    ({"id": "7"}, '"id" must be a UUID'),
    ({"id": None}, '"id" must be a UUID'),
    ({"text": ""}, '"text" is empty'),
    ({"text": " \n"}, '"text" is empty'),
    ({"text": "«...»"}, '"text" has no word'),
    ({"text": 5}, '"text" must be a string'),
    ({"text": "a\0"}, '"text" has a NUL'),
    ({"text": "a" * (MAX_TEXT + 1)}, '"text" has 20001 characters'),
    ({"start": -1}, '"start" and "end"'),
    ({"start": 1.0}, '"start" and "end"'),
    ({"start": True}, '"start" and "end"'),
    ({"start": 10, "end": 10}, '"start" and "end"'),
    ({"end": 2**53}, '"start" and "end"'),
    ({"end": 10**30}, '"start" and "end"'),
    ({"document": "AB" * 32}, '"document" must be'),
    ({"document": "ab"}, '"document" must be'),
    ({"model": None}, '"model" must be a string'),
    ({"tags": None}, '"tags" must be an object'),
    ({"tags": {"themes": []}}, '"tags" must be an object'),
    ({"tags": {"themes": "health", "type": "rhetoric"}}, '"tags" must be an object'),
    ({"tags": {"themes": ["sport"], "type": "rhetoric"}}, '"tags" must have "themes"'),
    ({"labels": {"themes": ["health", "health"], "type": "rhetoric"}}, '"labels" must have "themes"'),
    ({"labels": {"themes": [{}], "type": "rhetoric"}}, '"labels" must have "themes"'),
    ({"labels": {"themes": [], "type": ["rhetoric"]}}, '"labels" must have a "type"'),
    ({"labels": {"themes": [], "type": "rhetoric", "x": 1}}, '"labels" must be an object'),
    ({"labels": None}, '"sentence": false'),
    ({"sentence": False}, '"sentence": false'),
    ({"sentence": 0}, '"sentence" must be'),
    ({"note": None}, '"note" must be a string'),
    ({"note": "a" * (MAX_NOTE + 1)}, '"note" has 2001 characters'),
    ({"secret-word": 1}, "1 key(s) unknown"),
]


@pytest.mark.parametrize(("change", "detail"), BAD, ids=[f"{key}-{number}" for number, (key, _) in enumerate(BAD)])
def test_a_bad_correction_is_a_problem_and_nothing_is_stored(client, change, detail):
    assert_problem(post(client, correction(**change)), 422, detail)
    assert listed(client) == []


@pytest.mark.parametrize("missing", ["id", "text", "start", "end", "document", "model", "tags", "labels"])
def test_a_missing_key_is_named(client, missing):
    sent = correction()
    del sent[missing]
    assert_problem(post(client, sent), 422, f"missing: {missing}")


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": "\xff"}', b'{"id": "\\ud800"}'])
def test_what_is_not_json_is_a_problem(client, body):
    assert_problem(post(client, body), 400, "not JSON")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_what_a_form_can_send_is_refused(client, kind):
    assert_problem(post(client, correction(), content_type=kind), 415, "application/json")
    assert listed(client) == []


CROSS = [
    {"Origin": "http://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", CROSS, ids=str)
def test_another_site_can_neither_correct_nor_undo(client, headers):
    sent = correction()
    assert_problem(post(client, sent, headers=headers), 403, "page of this service")
    post(client, sent)
    assert_problem(client.delete(f"/corrections/{sent['id']}", headers=headers), 403, "page of this service")
    assert len(listed(client)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_the_page_of_the_service_may_correct(client, headers):
    assert post(client, correction(), headers=headers).status_code == 201


SECRET = st.text(string.ascii_letters, min_size=12, max_size=20)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(correction())), JSON, max_size=3), SECRET)
def test_no_body_fails_inside_and_no_problem_repeats_the_input(client, changes, secret):
    response = post(client, correction(**changes, **{secret: secret}))
    problem = assert_problem(response, 422)
    assert secret not in problem["detail"]
    response = post(client, correction(**changes, note=secret))
    assert response.status_code in (201, 422)
    if response.status_code == 422:
        assert secret not in response.get_json(force=True)["detail"]


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200),
    st.sets(st.sampled_from(["health", "employment", "export", "ideology"])),
)
def test_any_text_comes_back_unchanged(client, text, themes):
    sent = correction(text=f"a{text}", note=text, labels={"themes": sorted(themes), "type": "rhetoric"})
    stored = post(client, sent).get_json()
    assert client.get(f"/corrections/{sent['id']}").get_json() == stored
    assert (stored["text"], stored["note"], set(stored["labels"]["themes"])) == (sent["text"], text, themes)


@pytest.fixture
def allows(client):
    """Whether the schema of the OpenAPI document allows a body."""
    document = client.get("/openapi.json").get_json()
    content = document["paths"]["/corrections"]["post"]["requestBody"]["content"]["application/json"]
    return validator_for({**content["schema"], "components": document["components"]}).is_valid


# What the schema cannot say: an order of two numbers, how a number is written, and that letters may be silent.
BEYOND = [{"start": 10, "end": 10}, {"start": 1.0}, {"text": "\N{ARABIC TATWEEL}"}]


@pytest.mark.parametrize(
    "change", [change for change, _ in BAD if change not in BEYOND], ids=lambda change: next(iter(change))
)
def test_what_is_refused_is_not_allowed_by_the_document_either(allows, change):
    assert not allows(correction(**change))


def test_what_is_stored_is_allowed_by_the_document(allows):
    assert allows(correction())
    assert allows(correction(labels=None, sentence=False, document=None, note=""))


@pytest.mark.parametrize("change", BEYOND, ids=lambda change: next(iter(change)))
def test_what_the_document_cannot_say_is_refused_all_the_same(client, allows, change):
    assert allows(correction(**change))
    assert_problem(post(client, correction(**change)), 422)


def test_answers_are_as_the_document_says(client):
    document = client.get("/openapi.json").get_json()

    def schema(path, method, status):
        content = document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
        return validator_for({**content, "components": document["components"]})

    sent = correction(labels=None, sentence=False)
    schema("/corrections", "post", "201").validate(post(client, sent).get_json())
    schema("/corrections", "post", "200").validate(post(client, sent).get_json())
    schema("/corrections/{identity}", "get", "200").validate(client.get(f"/corrections/{sent['id']}").get_json())
    schema("/corrections", "get", "200").validate(client.get("/corrections").get_json())


def test_the_examples_of_the_document_are_stored(client):
    document = client.get("/openapi.json").get_json()
    content = document["paths"]["/corrections"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert post(client, example["value"]).status_code == 201
