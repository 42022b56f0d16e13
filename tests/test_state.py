import numpy as np
import pytest

from service.app import create_app
from service.tagger import Tagger
from service.web.state import ProbeError, State, probe
from training import store
from training.model import Model


def test_the_service_is_ready_with_a_model(client, tagger):
    assert client.get("/readyz").get_json() == {"status": "ready", "model": tagger.version}


def test_without_a_model_the_process_lives_and_is_not_ready(app, client):
    app.extensions["state"].tagger = None
    assert client.get("/healthz").get_json() == {"status": "ok", "model": None}
    for response in (client.get("/readyz"), client.post("/classify", json={"text": "سلام"})):
        assert response.status_code == 503
        assert response.get_json()["detail"] == "There is no model yet."
        assert response.headers["Retry-After"] == "1"
        assert "X-Model-Version" not in response.headers


def test_before_its_end_the_service_is_not_ready_and_still_answers(app, client):
    app.extensions["state"].drain()
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").get_json()["detail"] == "The service is stopping."
    assert client.get("/healthz").status_code == 200
    assert client.post("/classify", json={"text": "سلام"}).status_code == 200


def test_an_application_without_a_tagger_loads_the_model_in_use(models):
    app = create_app({"MODELS": str(models)})
    assert app.extensions["state"].ready
    assert app.test_client().get("/model").get_json()["version"] == store.current(models)


def test_an_application_without_a_model_is_not_made(tmp_path):
    with pytest.raises(store.ModelError, match="there is no model yet"):
        create_app({"MODELS": str(tmp_path)})


def test_a_model_that_answers_no_probabilities_is_refused(tagger):
    state = tagger.model.to_state()
    broken = Model.from_state({**state, "bias": state["bias"] * np.nan})
    with pytest.raises(ProbeError, match="model x answers a probe sentence with something that is no tag"):
        probe(Tagger(broken, "x"))


def test_a_model_that_fails_is_refused(tagger, monkeypatch):
    broken = Model.from_state(tagger.model.to_state())
    monkeypatch.setattr(broken, "codes", lambda _: 1 / 0)
    with pytest.raises(ProbeError, match="model x fails on a probe sentence"):
        probe(Tagger(broken, "x"))


def test_what_does_not_load_leaves_what_there_is(tagger, manifest, store_folder):
    folder, version = store_folder
    state = State(tagger, manifest)
    (version / "model.joblib").write_bytes(b"")
    with pytest.raises(store.ModelError, match="expected sha256"):
        state.load(folder)
    assert (state.tagger, state.manifest) == (tagger, manifest)
