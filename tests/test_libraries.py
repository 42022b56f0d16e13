from importlib.metadata import version
from pathlib import Path

import pytest

import service
from training import libraries


def test_the_versions_that_are_installed_do_not_differ():
    assert libraries.installed().keys() == {"hazm", "joblib", "numpy", "scikit-learn"}
    assert libraries.differences(libraries.installed()) == {}


@pytest.mark.parametrize("name", ["hazm", "joblib", "numpy", "scikit-learn"])
def test_another_version_and_a_missing_one_are_told_with_that_which_is_here(name):
    given = libraries.installed()
    here = given.pop(name)
    assert libraries.differences(given) == {name: (None, here)}
    assert libraries.differences({**given, name: "0.1"}) == {name: ("0.1", here)}


def test_libraries_that_are_installed_elsewhere_are_found_too(monkeypatch):
    monkeypatch.setattr(libraries, "_BESIDE", Path("nowhere"))
    assert libraries.differences(libraries.installed()) == {}
    assert libraries.differences({}).keys() == libraries.installed().keys()


def test_the_version_of_the_package_is_that_of_its_code():
    assert version("barchasb") == service.__version__
