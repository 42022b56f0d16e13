import pytest

from labels.codebook import CodebookError, definitions
from labels.scheme import Theme, Type
from service.app import create_app


def test_the_model_says_what_it_is(client, manifest):
    answer = client.get("/model").get_json()
    assert answer["version"] == manifest.version
    assert answer["thresholds"] == manifest.thresholds
    assert answer["scores"] == manifest.scores
    assert answer["labels"] == manifest.labels
    assert answer["sentences"] == manifest.sentences
    assert "sha256" not in answer


@pytest.mark.parametrize("path", ["/model", "/labels"])
def test_who_has_the_answer_is_not_sent_it_again(client, path):
    first = client.get(path)
    assert first.headers["Cache-Control"] == "no-cache"
    second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"old"'}).status_code == 200


def test_a_model_without_a_manifest_is_told(tagger):
    assert create_app({"QUIET": True}, tagger).test_client().get("/model").status_code == 503


def test_the_labels_are_those_of_the_scheme_with_the_codebook_s_words(client):
    answer = client.get("/labels").get_json()
    assert [each["label"] for each in answer["themes"]] == list(Theme)
    assert [each["label"] for each in answer["types"]] == list(Type)
    means = definitions()
    assert {each["label"]: each["definition"] for group in answer.values() for each in group} == means
    assert means[Theme.HEALTH].startswith("The body or mind of people")
    assert all(means[label].endswith((".", ":")) and "*" not in means[label] for label in means)


def test_a_codebook_that_lacks_a_label_is_told(tmp_path):
    path = tmp_path / "CODEBOOK.md"
    path.write_text("### health\n\nThe body.\n", "utf-8")
    with pytest.raises(CodebookError, match="has no section ### employment"):
        definitions(path)
