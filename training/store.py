"""Models on disk: a folder a version, checked before it is read, switched in one step.

models/<version>/model.joblib     strings and arrays, as `training.state_file` has them
models/<version>/manifest.json    what it was trained from and how well it does
models/<version>/report/          for people
models/current                    the version in use
models/previous                   the version in use before it
"""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from seeds.errors import BarchasbError
from seeds.files import publish, replacing, temporary_folder
from training import libraries, state_file
from training.model import Model

FORMAT = 2
"""Raised when the state of a model or its features change meaning, so that an older model is refused."""
_MODEL = "model.joblib"
_CURRENT, _PREVIOUS = "current", "previous"
_REMEDY = "train one with: make train (or barchasb train)"


class ModelError(BarchasbError):
    """A model that is missing, damaged, or made by other versions."""


@dataclass(frozen=True)
class Manifest:
    """What a model says of itself.

    `labels` counts the labelled sentences by label, `scores` are those of cross-validation, `sha256` is that
    of every file of the version but the manifest.
    """

    version: str
    format: int
    libraries: dict[str, str]
    seed: int
    sentences: int
    labels: dict[str, int]
    thresholds: dict[str, float]
    regularisation: dict[str, float]
    scores: dict[str, Any]
    sha256: dict[str, str]


def folder() -> Path:
    """Return the folder of the models: `BARCHASB_MODELS`, by default `models` where the command runs."""
    return Path(os.environ.get("BARCHASB_MODELS", "models"))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def save(
    model: Model, about: dict[str, Any], write_report: Callable[[Path], None], models: Path | None = None
) -> Manifest:
    """Write a version of a model, complete or not at all, and return its manifest; it is not in use yet.

    `about` are the fields of the manifest that only the training knows; `write_report` fills the report folder.
    The version is made of the content of the model: the same content is the same version.
    """
    models = models or folder()
    with temporary_folder(models) as temporary:
        state_file.write(model.to_state(), temporary / _MODEL)
        version = _digest(temporary / _MODEL)[:12]
        (temporary / "report").mkdir()
        write_report(temporary / "report")
        digests = {
            str(path.relative_to(temporary)): _digest(path) for path in sorted(temporary.rglob("*")) if path.is_file()
        }
        manifest = Manifest(version=version, format=FORMAT, libraries=libraries.installed(), sha256=digests, **about)
        text = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        (temporary / "manifest.json").write_bytes(text)
        try:
            # A sound model of this content may be in use: it is never touched.
            return _checked(version, models)[0]
        except ModelError:
            publish(temporary, models / version)
    return manifest


def use(version: str, models: Path | None = None) -> None:
    """Make a version the one in use, in one step; the one that was in use is the previous one.

    Raises ModelError where the version is missing, damaged or made by other versions of the libraries.
    """
    models = models or folder()
    _checked(version, models)
    try:
        before = current(models)
    except ModelError:
        before = version
    if before != version:
        _name(models / _PREVIOUS, before)
    _name(models / _CURRENT, version)


def roll_back(models: Path | None = None) -> str:
    """Make the previous version the one in use and return it; rolling back again takes that back.

    Raises ModelError where there is none or it is not sound.
    """
    models = models or folder()
    version = _named(models / _PREVIOUS, "there is no previous model; name a version: barchasb use VERSION")
    use(version, models)
    return version


def versions(models: Path | None = None) -> list[Manifest]:
    """Return the manifests of the versions that can be put in use, the oldest first."""
    models = models or folder()
    found = []
    for path in sorted(models.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime):
        try:
            found.append(manifest_of(path.parent.name, models))
        except ModelError:
            # Made by other versions of the libraries: it cannot be used, so it is not offered.
            continue
    return found


def _name(path: Path, version: str) -> None:
    with replacing(path) as file:
        file.write(f"{version}\n".encode())


def _named(path: Path, without: str) -> str:
    try:
        name = path.read_text("utf-8").strip()
    except OSError as error:
        raise ModelError(f"{path}: {without}") from error
    if not name or Path(name).name != name:
        raise ModelError(f"{path}: expected the version of a model, got {name[:40]!r}; {_REMEDY}")
    return name


def current(models: Path | None = None) -> str:
    """Return the version in use.

    Raises ModelError where there is none.
    """
    return _named((models or folder()) / _CURRENT, f"there is no model yet; {_REMEDY}")


def manifest_of(version: str, models: Path | None = None) -> Manifest:
    """Return the manifest of a version.

    Raises ModelError where it is missing or damaged, and where format or libraries are not those in use.
    """
    path = (models or folder()) / version / "manifest.json"
    try:
        manifest = Manifest(**orjson.loads(path.read_bytes()))
    except OSError as error:
        raise ModelError(f"{path}: the model is missing; {_REMEDY}") from error
    except (ValueError, TypeError) as error:
        raise ModelError(f"{path}: the manifest is damaged; {_REMEDY}") from error
    if manifest.format != FORMAT:
        raise ModelError(f"{path}: expected model format {FORMAT}, got {manifest.format}; {_REMEDY}")
    for name, (trained, installed) in libraries.differences(manifest.libraries).items():
        raise ModelError(f"{path}: the model was made with {name} {trained}, here is {installed}; {_REMEDY}")
    return manifest


def _checked(version: str, models: Path) -> tuple[Manifest, bytes]:
    """Return a version's manifest and the bytes of its model after every checksum has been compared."""
    manifest = manifest_of(version, models)
    if manifest.version != version or _MODEL not in manifest.sha256:
        raise ModelError(f"{models / version}: the manifest is that of another model; {_REMEDY}")
    contents = {}
    for name, digest in manifest.sha256.items():
        path = models / version / name
        try:
            contents[name] = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: a file of the model is missing; {_REMEDY}") from error
        if (found := sha256(contents[name]).hexdigest()) != digest:
            raise ModelError(f"{path}: expected sha256 {digest[:12]}…, got {found[:12]}…; {_REMEDY}")
    return manifest, contents[_MODEL]


def load(models: Path | None = None, version: str | None = None) -> tuple[Model, Manifest]:
    """Return a version of the model, by default the one in use, and its manifest.

    Every checksum is compared before anything is unpickled.

    Raises ModelError where it is missing, truncated, tampered with, or made by other versions.
    """
    models = models or folder()
    manifest, content = _checked(version or current(models), models)
    try:
        return Model.from_state(state_file.read(content)), manifest
    except (state_file.StateError, TypeError, ValueError) as error:
        raise ModelError(f"{models / manifest.version / _MODEL}: {error}; {_REMEDY}") from error
