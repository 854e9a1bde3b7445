"""The model's graph in ONNX Runtime, through its C library alone.

Why not the Python package: importing it costs a cold start about 87 ms, 56 of them for numpy, and puts 37 MB more into
the layer. The C interface needs `libonnxruntime.so` and the standard library; tests compare it bit for bit with the
Python package. The interface is a struct of functions that only ever grows at its end (`OrtApi` in
onnxruntime_c_api.h), so the positions below hold for this API version and every later library.
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_void_p
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Any

from safelight.adapters import model_files
from safelight.domain.errors import ModelUnavailableError
from safelight.features.contract import BY_MODALITY, MODALITIES, REASON_GROUPS
from safelight.scoring.ensemble import Ensemble, GraphOutput
from safelight.scoring.manifest import Manifest

API_VERSION = 17
"""ORT_API_VERSION asked for: the oldest that has all we call. A library that cannot serve it answers NULL."""

# Positions in struct OrtApi.
_GET_ERROR_MESSAGE = 2
_CREATE_ENV = 3
_DISABLE_TELEMETRY_EVENTS = 6
_CREATE_SESSION_FROM_ARRAY = 8
_RUN = 9
_CREATE_SESSION_OPTIONS = 10
_SET_SESSION_EXECUTION_MODE = 13
_SET_GRAPH_OPTIMIZATION_LEVEL = 23
_SET_INTRA_OP_NUM_THREADS = 24
_SET_INTER_OP_NUM_THREADS = 25
_CREATE_TENSOR_WITH_DATA = 49
_CREATE_CPU_MEMORY_INFO = 69
_RELEASE_STATUS = 93
_RELEASE_MEMORY_INFO = 94
_RELEASE_SESSION = 95
_RELEASE_VALUE = 96
_RELEASE_SESSION_OPTIONS = 100

_FATAL = 4
"""ORT_LOGGING_LEVEL_FATAL: its warnings go to stderr past our logger; failures come back as a status anyway."""
_SEQUENTIAL = 0
_DISABLE_ALL = 0
_ARENA_ALLOCATOR = 1
_DEFAULT_MEMORY = 0
_FLOAT = 1


class OnnxRuntimeError(ModelUnavailableError):
    """The runtime refused or failed. `cause` is `missing` (no library), `unreadable` (no graph) or `failed`."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(cause)
        self.detail = detail
        self.args = (f"{cause}: {detail}",)


def find_library(paths: Sequence[str] | None = None) -> Path:
    """The wheel's own library, newest first. Raises OnnxRuntimeError when no path of `sys.path` has one."""
    for entry in sys.path if paths is None else paths:
        found = sorted(Path(entry or ".", "onnxruntime", "capi").glob("libonnxruntime.so*"), reverse=True)
        if found:
            return found[0]
    raise OnnxRuntimeError("missing", "libonnxruntime.so is on no import path")


class _ApiBase(ctypes.Structure):
    _fields_ = [
        ("get_api", CFUNCTYPE(c_void_p, ctypes.c_uint32)),
        ("get_version_string", CFUNCTYPE(c_char_p)),
    ]


class Runtime:
    """The library with its one environment. A process needs one and keeps it: see `runtime()`."""

    def __init__(self, library: Path) -> None:
        try:
            loaded = ctypes.CDLL(str(library))
            get_base = loaded.OrtGetApiBase
        except (OSError, AttributeError) as error:
            raise OnnxRuntimeError("missing", "the library cannot be loaded") from error
        get_base.restype = POINTER(_ApiBase)
        base = get_base().contents
        table = base.get_api(API_VERSION)
        if not table:
            raise OnnxRuntimeError("missing", f"the library does not serve API version {API_VERSION}")
        self.version: str = base.get_version_string().decode()
        self._library = loaded
        self._table = ctypes.cast(table, POINTER(c_void_p))
        self._message: Callable[[int], bytes] = self.function(_GET_ERROR_MESSAGE, c_void_p, returns=c_char_p)
        self._release_status = self.function(_RELEASE_STATUS, c_void_p, returns=None)
        self.environment = c_void_p()
        self.call("failed", _CREATE_ENV, _FATAL, b"safelight", byref(self.environment))
        self.call("failed", _DISABLE_TELEMETRY_EVENTS, self.environment)

    def function(self, position: int, *arguments: Any, returns: Any = c_void_p) -> Callable[..., Any]:
        """The function at a position of OrtApi."""
        return CFUNCTYPE(returns, *arguments)(self._table[position] or 0)

    def check(self, status: int | None, cause: str) -> None:
        """Raises OnnxRuntimeError for a status that is not OK, and releases it."""
        if status:
            detail = self._message(status).decode(errors="replace")
            self._release_status(status)
            raise OnnxRuntimeError(cause, detail)

    def call(self, cause: str, position: int, *arguments: Any) -> None:
        """Calls a function that returns a status."""
        self.check(self.function(position, *(_SIGNATURES[position]))(*arguments), cause)

    def release(self, position: int, handle: c_void_p) -> None:
        if handle.value:
            self.function(position, c_void_p, returns=None)(handle)
            handle.value = None


_OUT = POINTER(c_void_p)
_SIGNATURES: dict[int, tuple[Any, ...]] = {
    _CREATE_ENV: (c_int, c_char_p, _OUT),
    _DISABLE_TELEMETRY_EVENTS: (c_void_p,),
    _CREATE_SESSION_FROM_ARRAY: (c_void_p, c_char_p, c_size_t, c_void_p, _OUT),
    _CREATE_SESSION_OPTIONS: (_OUT,),
    _SET_SESSION_EXECUTION_MODE: (c_void_p, c_int),
    _SET_GRAPH_OPTIMIZATION_LEVEL: (c_void_p, c_int),
    _SET_INTRA_OP_NUM_THREADS: (c_void_p, c_int),
    _SET_INTER_OP_NUM_THREADS: (c_void_p, c_int),
    _CREATE_TENSOR_WITH_DATA: (c_void_p, c_void_p, c_size_t, POINTER(c_int64), c_size_t, c_int, _OUT),
    _CREATE_CPU_MEMORY_INFO: (c_int, c_int, _OUT),
}

_runtime: Runtime | None = None
_runtime_lock = Lock()


def runtime() -> Runtime:
    """The process's runtime, made at the first call."""
    global _runtime  # noqa: PLW0603 - ONNX Runtime wants one environment a process
    with _runtime_lock:
        if _runtime is None:
            _runtime = Runtime(find_library())
        return _runtime


class OnnxGraph:
    """A session for one row at a time, with buffers made once. Safe to share: a lock guards the buffers.

    `inputs` and `outputs` map tensor names to widths. Every run answers the row it was given: the tensors are bound to
    the buffers, ONNX Runtime reads and writes them in place.
    """

    def __init__(self, ort: Runtime, model: bytes, inputs: dict[str, int], outputs: dict[str, int]) -> None:
        self._ort = ort
        self._lock = Lock()
        self._values: list[c_void_p] = []
        self._session = c_void_p()
        self._memory = c_void_p()
        try:
            self._open(model, inputs, outputs)
            self.run(
                (float("nan"),) * sum(inputs.values())
            )  # wrong widths and faulty nodes show here, not in a request
        except OnnxRuntimeError as error:
            self.close()
            raise OnnxRuntimeError("unreadable", error.detail) from error

    def _open(self, model: bytes, inputs: dict[str, int], outputs: dict[str, int]) -> None:
        ort, options = self._ort, c_void_p()
        ort.call("failed", _CREATE_SESSION_OPTIONS, byref(options))
        try:
            # One thread: with the default pool a row took 4.3 ms at p99 against 0.25.
            ort.call("failed", _SET_INTRA_OP_NUM_THREADS, options, 1)
            ort.call("failed", _SET_INTER_OP_NUM_THREADS, options, 1)
            ort.call("failed", _SET_SESSION_EXECUTION_MODE, options, _SEQUENTIAL)
            # The graph is exported as it is to run: optimising costs load time and changes no answer.
            ort.call("failed", _SET_GRAPH_OPTIMIZATION_LEVEL, options, _DISABLE_ALL)
            ort.call(
                "unreadable",
                _CREATE_SESSION_FROM_ARRAY,
                ort.environment,
                model,
                len(model),
                options,
                byref(self._session),
            )
        finally:
            ort.release(_RELEASE_SESSION_OPTIONS, options)
        ort.call("failed", _CREATE_CPU_MEMORY_INFO, _ARENA_ALLOCATOR, _DEFAULT_MEMORY, byref(self._memory))
        self._width = sum(inputs.values())
        self._in = (ctypes.c_float * self._width)()
        self._out = (ctypes.c_float * sum(outputs.values()))()
        # Packing a buffer at once takes a quarter of what element-wise assignment does.
        self._in_format, self._out_format = Struct(f"{len(self._in)}f"), Struct(f"{len(self._out)}f")
        self._input_values = self._tensors(self._in, inputs)
        self._output_values = self._tensors(self._out, outputs)
        self._input_names = (c_char_p * len(inputs))(*[name.encode() for name in inputs])
        self._output_names = (c_char_p * len(outputs))(*[name.encode() for name in outputs])
        self._run = ort.function(_RUN, *(c_void_p,) * 4, c_size_t, c_void_p, c_size_t, c_void_p)
        self._arguments = (
            self._session,
            None,
            ctypes.addressof(self._input_names),
            ctypes.addressof(self._input_values),
            len(inputs),
            ctypes.addressof(self._output_names),
            len(outputs),
            ctypes.addressof(self._output_values),
        )

    def _tensors(self, buffer: "ctypes.Array[ctypes.c_float]", widths: dict[str, int]) -> "ctypes.Array[c_void_p]":
        """Tensors [1, width] over consecutive parts of one buffer."""
        values, at = [], ctypes.addressof(buffer)
        for width in widths.values():
            value, size = c_void_p(), width * ctypes.sizeof(ctypes.c_float)
            shape = (c_int64 * 2)(1, width)
            self._ort.call("failed", _CREATE_TENSOR_WITH_DATA, self._memory, at, size, shape, 2, _FLOAT, byref(value))
            self._values.append(value)
            values.append(value.value)
            at += size
        return (c_void_p * len(values))(*values)

    def run(self, row: tuple[float, ...]) -> tuple[float, ...]:
        """All outputs of one row, end to end. Raises OnnxRuntimeError (`failed`), ValueError for a wrong width."""
        if len(row) != self._width:
            raise ValueError(f"a row has {self._width} values, not {len(row)}")
        with self._lock:
            if not self._session.value:
                raise OnnxRuntimeError("failed", "the session is closed")
            self._in_format.pack_into(self._in, 0, *row)
            self._ort.check(self._run(*self._arguments), "failed")
            return self._out_format.unpack_from(self._out)

    def close(self) -> None:
        """Releases session and tensors. Never needed in a function: the process ends with them."""
        with self._lock:
            for value in self._values:
                self._ort.release(_RELEASE_VALUE, value)
            self._ort.release(_RELEASE_MEMORY_INFO, self._memory)
            self._ort.release(_RELEASE_SESSION, self._session)


class EnsembleGraph:
    """The exported ensemble behind the `Graph` port of scoring."""

    def __init__(self, session: OnnxGraph) -> None:
        self._session = session

    def run(self, values: tuple[float, ...]) -> GraphOutput:
        out = self._session.run(values)
        experts_end = 1 + len(MODALITIES)
        return GraphOutput(probability=out[0], experts=out[1:experts_end], reasons=out[experts_end:])


def load(directory: Path) -> Ensemble:
    """The model of a directory: verified, matched with the feature contract, run once.

    Raises ModelUnavailableError, whose cause says why not. Never leaves a half-loaded model behind.
    """
    return opened(*model_files.read(directory))


def opened(manifest: Manifest, graph: bytes) -> Ensemble:
    """The model of a manifest and of the bytes that it pins, as `model_files` gives them; run once.

    Raises ModelUnavailableError."""
    inputs = {modality.value: len(features) for modality, features in BY_MODALITY.items()}
    outputs = {"probability": 1, "experts": len(MODALITIES), "reasons": len(REASON_GROUPS)}
    return Ensemble(manifest=manifest, graph=EnsembleGraph(OnnxGraph(runtime(), graph, inputs, outputs)))
