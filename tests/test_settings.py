import argparse
from dataclasses import fields

import pytest

from service.serving import settings
from service.serving.settings import Settings, SettingsError

from .conftest import ROOT


def flags(*argv):
    parser = argparse.ArgumentParser()
    settings.add_arguments(parser)
    return vars(parser.parse_args(argv))


def test_without_anything_every_setting_has_its_default():
    assert settings.read(flags(), {}) == Settings()


def test_the_environment_goes_before_the_default_and_a_flag_before_the_environment():
    environment = {"BARCHASB_PORT": "9000", "BARCHASB_MAX_BODY": "10"}
    found = settings.read(flags("--port", "9001"), environment)
    assert (found.port, found.max_body) == (9001, 10)


@pytest.mark.parametrize("text", ["1", "true", "YES"])
def test_a_switch_is_set_by_flag_and_by_environment(text):
    assert settings.read(flags("--quiet"), {}).quiet
    assert settings.read(flags(), {"BARCHASB_QUIET": text}).quiet
    assert not settings.read(flags(), {"BARCHASB_QUIET": "0"}).quiet


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.name)
def test_every_setting_has_a_flag_and_a_variable(each):
    assert each.name in flags()
    kind = type(each.default)
    value = {str: "x:0123456789abcdef", int: "7", float: "7.5", bool: "1"}[kind]
    environment = {"BARCHASB_NO_KEYS": "1", f"BARCHASB_{each.name.upper()}": value}
    expected = True if kind is bool else kind(value)
    assert getattr(settings.read({}, environment), each.name) == expected


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"BARCHASB_PORT": "http"}, "BARCHASB_PORT: expected a whole number, got 'http'"),
        ({"BARCHASB_PORT": "0"}, "BARCHASB_PORT: expected 1 or more, got 0"),
        ({"BARCHASB_CLIENT_SECONDS": "soon"}, "BARCHASB_CLIENT_SECONDS: expected a number"),
        ({"BARCHASB_QUIET": "perhaps"}, "BARCHASB_QUIET: expected 1 or 0"),
        ({"BARCHASB_MAX_WAITING": "-1"}, "BARCHASB_MAX_WAITING: expected 1 or more"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_the_name_of_the_setting(environment, told):
    with pytest.raises(SettingsError, match=told):
        settings.read({}, environment)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_on_this_machine_no_key_is_needed(host):
    assert not Settings(host=host).host_is_open


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "example.org"])  # noqa: S104  # it is refused
def test_where_others_can_reach_the_service_keys_are_needed_or_a_clear_no(host):
    with pytest.raises(SettingsError, match="so set BARCHASB_API_KEYS=name:key, or say that everybody may ask"):
        Settings(host=host)
    assert Settings(host=host, no_keys=True).host_is_open
    assert Settings(host=host, api_keys="desk:0123456789abcdef").host_is_open


def test_the_readme_has_the_table_of_settings():
    assert "\n".join(settings.table()) in (ROOT / "README.md").read_text("utf-8")
