"""Machine code of loops that are written in Python: made by numba, kept in a file, loaded without numba.

To import numba and to let it read its own files takes a second, as long as to tag some 100,000 sentences. What it has
made is an ordinary object file, which LLVM alone loads in a twentieth of that.
"""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from importlib.util import cache_from_source, find_spec
from operator import is_not
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from seeds.files import replacing

_SIGNATURE = "int64(CPointer(voidptr), CPointer(int64), CPointer(uint16))"
_PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)
NUMBERS = 16
"""Numbers that an entry gets before the shapes of its arrays."""
_OF_NUMBA = ("numba_", "NRT_")
"""How the names of the functions begin that come with numba."""
_DIGEST = sha256().digest_size
_ENGINES: list[Any] = []
"""What holds the code as long as the process lives."""


def _key(sources: Sequence[Path]) -> str:
    """Return what the machine code depends on: the sources, the compilers, and this kind of processor."""
    parts = [
        *(path.read_bytes() for path in (Path(__file__), *sources)),
        *(f"{name} {version(name)}".encode() for name in ("numba", "llvmlite")),
        llvm.get_default_triple().encode(),
        llvm.get_host_cpu_name().encode(),
        llvm.get_host_cpu_features().flatten().encode(),
    ]
    return sha256(b"\0".join(sha256(part).digest() for part in parts)).hexdigest()


def _folders(source: Path) -> Iterator[Path]:
    """Yield where machine code can be kept: beside the source as Python keeps its own, or in the user's cache."""
    yield Path(cache_from_source(source)).parent
    # Somebody without a home has no cache either.
    with suppress(RuntimeError):
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "barchasb"


def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )


def _fetch() -> Any:
    """Return what `training.arrays.fetch` is where it is compiled: LLVM's own instruction."""
    # Reason for the late imports: as in `_made`.
    from llvmlite import ir  # noqa: PLC0415
    from numba.core import types  # noqa: PLC0415
    from numba.core.cgutils import get_item_pointer, get_or_insert_function  # noqa: PLC0415
    from numba.extending import intrinsic  # noqa: PLC0415

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = signature.args[0]
        array = context.make_array(kind)(context, builder, given[0])
        pointer = get_item_pointer(  # type: ignore[no-untyped-call]  # numba has no types here
            context, builder, kind, array, [given[1]]
        )
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        # https://llvm.org/docs/LangRef.html#llvm-prefetch-intrinsic: to read, and to keep as near as may be, data.
        builder.call(
            get_or_insert_function(  # type: ignore[no-untyped-call]  # as above
                builder.module, function, "llvm.prefetch.p0"
            ),
            [builder.bitcast(pointer, byte), number(0), number(3), number(1)],
        )
        return context.get_dummy_value()

    @intrinsic
    def fetch(_context: Any, column: Any, place: Any) -> Any:
        return types.none(column, place), code

    return fetch


def _made(module: str) -> bytes:
    """Return the machine code of the `entry` of a module, which calls its `FUNCTIONS`; those that are called first."""
    # Reason for the late import: this is done once on a machine.
    import numba  # noqa: PLC0415

    source = import_module(module)
    known: dict[str, Any] = {"fetch": _fetch()}
    for function in source.FUNCTIONS:
        copy = FunctionType(function.__code__, {**function.__globals__, **known}, function.__name__)
        known[function.__name__] = numba.njit(error_model="numpy")(copy)
    entry = FunctionType(source.entry.__code__, {**source.entry.__globals__, **known}, "entry")
    compiled = numba.cfunc(_SIGNATURE, error_model="numpy")(entry)
    code: bytes = _machine().emit_object(_alone(compiled.inspect_llvm(), compiled.native_name))
    return _whole(compiled.native_name.encode() + b"\n" + code)


def _alone(assembly: str, entry: str) -> Any:
    """Return a module that needs nothing of numba; an error would stop the process, but the loops raise none."""
    parsed = llvm.parse_assembly(assembly)
    needs = [each.name for each in parsed.functions if each.is_declaration and each.name.startswith(_OF_NUMBA)]
    stops = "".join(f"define void @{name}() {{ call void @llvm.trap() unreachable }}\n" for name in needs)
    parsed.link_in(llvm.parse_assembly(f"declare void @llvm.trap()\n{stops}"))
    for name in needs:
        parsed.get_function(name).linkage = llvm.Linkage.internal
    parsed.verify()
    # What nobody else calls is made for its one caller, which knows how far apart the items of an array are.
    for each in parsed.functions:
        if not each.is_declaration and each.name != entry:
            each.linkage = llvm.Linkage.internal
    builder = llvm.create_pass_builder(_machine(), llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(parsed, builder)
    return parsed


def _whole(content: bytes) -> bytes:
    return sha256(content).digest() + content


def _kept(path: Path) -> bytes | None:
    with suppress(OSError):
        content = path.read_bytes()
        # LLVM would take a damaged file for a good one.
        if _whole(content[_DIGEST:]) == content:
            return content
    return None


def _code(module: str, sources: Sequence[Path]) -> bytes:
    """Return the machine code of a module's entry: kept, or made now and kept where that can be."""
    name = f"{module}.{_key(sources)[:16]}.o"
    places = [folder / name for folder in _folders(sources[0])]
    for path in places:
        if code := _kept(path):
            return code
    code = _made(module)
    for path in places:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(code)
            break
    return code


@cache
def machine_code(module: str, *calls: str) -> Callable[[int, int, bytes], int]:
    """Return the `entry` of a module as machine code; `calls` are the modules whose functions it calls.

    It takes the address of the addresses of arrays, the address of numbers, and text in UTF-16. What a process of this
    machine has made before is loaded in some 50 ms, otherwise it takes some ten seconds.
    """
    specs = [find_spec(name) for name in (module, *calls)]
    sources = [Path(spec.origin) for spec in specs if spec and spec.origin]
    name, _, code = _code(module, sources)[_DIGEST:].partition(b"\n")
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _ENGINES.append(engine)
    return _PROTOTYPE(engine.get_function_address(name.decode()))


class Caller:
    """Calls machine code with arrays: their addresses are looked up when others are given than the last time."""

    def __init__(self, code: Callable[[int, int, bytes], int]) -> None:
        self._code = code
        self._arrays: tuple[NDArray[Any], ...] = ()

    def _take(self, arrays: tuple[NDArray[Any], ...]) -> None:
        if not all(array.flags.c_contiguous for array in arrays):
            raise ValueError("machine code expects arrays in C order without gaps; make them so: np.ascontiguousarray")
        shapes = [(*array.shape, 1, 1)[:2] for array in arrays]
        self._addresses = np.array([array.ctypes.data for array in arrays], np.uintp)
        self._numbers = np.array([0] * NUMBERS + [size for shape in shapes for size in shape], np.int64)
        self._places = self._addresses.ctypes.data, self._numbers.ctypes.data
        self._arrays = arrays

    def __call__(self, arrays: tuple[NDArray[Any], ...], numbers: Sequence[int], text: bytes) -> int:
        """Return what the entry returns; it may read and write the arrays and nothing else."""
        if len(arrays) != len(self._arrays) or any(map(is_not, arrays, self._arrays)):
            self._take(arrays)
        self._numbers[: len(numbers)] = numbers
        return self._code(*self._places, text)
