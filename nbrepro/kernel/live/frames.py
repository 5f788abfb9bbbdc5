"""Digests of arrays, frames and tensors: their memory where it is small, samples of it where it is not."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbrepro.kernel.live.kinds import full_name, name_of

if TYPE_CHECKING:
    from nbrepro.kernel.live.walk import Handler, Walker

_SAMPLES = 16
_SAMPLE = 1024
_SMALL_TENSOR = 65_536


def handler(kind: type, modules: Mapping[str, Any]) -> Handler | None:
    """Return what looks into objects of this very class; ``None`` for one that is not known."""
    name = full_name(kind)
    root = name.partition(".")[0]
    numpy = modules.get("numpy")
    if root == "numpy" and numpy is not None:
        if kind is numpy.ndarray:
            return _array
        if issubclass(kind, numpy.generic) and kind is not numpy.object_:
            return _scalar
        return _NUMPY.get(name_of(kind))
    if root == "torch":
        return _TORCH.get(name)
    if root == "pandas":
        array = name.startswith(("pandas.arrays.", "pandas.core.arrays.")) or name == "pandas.Categorical"
        return _extension if array else _PANDAS.get(name_of(kind))
    return _pyarrow if root == "pyarrow" and name_of(kind) == "ChunkedArray" else None


def _array(walker: Walker, value: Any) -> None:
    root = value
    while type(root.base) is type(value):
        root = root.base
    if root.base is not None:
        walker.ids.add(id(root.base))
    walker.ids.add(root.__array_interface__["data"][0])
    walker.ids.add(id(value))
    walker.say("ndarray", str(value.dtype.descr if value.dtype.names else value.dtype.str), repr(value.shape))
    if value.dtype.hasobject:
        if value.dtype.names or not walker.allowance.take(value.size // 16):
            walker.cut()
            return
        walker.push([walker.made(value.ravel().tolist())])
        return
    walker.say(repr(value.strides))
    if walker.allowance.take_bytes(value.nbytes):
        walker.say(str(hash(value.tobytes())))
        return
    walker.sample()
    if value.flags.c_contiguous or value.flags.f_contiguous:
        flat = value.reshape(-1, order="A").view("u1")
        step = max(len(flat) // _SAMPLES, _SAMPLE)
        walker.say(str(hash(b"".join(flat[start : start + _SAMPLE].tobytes() for start in range(0, len(flat), step)))))


def _scalar(walker: Walker, value: Any) -> None:
    walker.say("scalar", value.dtype.str, value.tobytes().hex())


def _generator(walker: Walker, value: Any) -> None:
    walker.ids.update((id(value), id(value.bit_generator)))
    walker.say("generator", repr(value.bit_generator.state))


def _bits(walker: Walker, value: Any) -> None:
    walker.ids.add(id(value))
    walker.say("bits", repr(value.state))


def _random_state(walker: Walker, value: Any) -> None:
    walker.ids.add(id(value))
    state = value.get_state(legacy=False)
    walker.say("RandomState", str(hash(marshal.dumps([state["state"]["key"].tobytes(), state["state"]["pos"]], 2))))
    walker.say(repr(state["has_gauss"]), repr(state["gauss"]))


def _dtype(walker: Walker, value: Any) -> None:
    walker.say("dtype", str(value.descr if value.names else value.str))


def _ufunc(walker: Walker, value: Any) -> None:
    walker.say("ufunc", value.__name__)


_NUMPY: dict[str, Handler] = {
    "Generator": _generator, "PCG64": _bits, "RandomState": _random_state, "ufunc": _ufunc,
    "_ArrayFunctionDispatcher": _ufunc,
}  # fmt: skip


def _frame(walker: Walker, value: Any) -> None:
    manager = value._mgr  # noqa: SLF001 - the public ways make copies
    walker.ids.add(id(value))
    walker.say(name_of(type(value)), repr(value.shape))
    if name_of(type(value)) == "Series":
        walker.push([walker.made([value._name])])  # noqa: SLF001 - as above
    parts: list[Any] = [value.attrs or None, *manager.axes]
    for block in manager.blocks:
        parts += [block.values, tuple(block.mgr_locs)]
    walker.push(parts)


def _index(walker: Walker, value: Any) -> None:
    walker.say(name_of(type(value)))
    walker.ids.add(id(value))
    walker.push([walker.made(list(value.names)), value._data])  # noqa: SLF001 - as above


def _range_index(walker: Walker, value: Any) -> None:
    walker.say("RangeIndex", repr(value._range))  # noqa: SLF001 - as above
    walker.ids.add(id(value))
    walker.push([walker.made(list(value.names))])


def _multi_index(walker: Walker, value: Any) -> None:
    walker.say("MultiIndex")
    walker.ids.add(id(value))
    walker.push([walker.made(list(value.names)), *value._levels, *value._codes])  # noqa: SLF001 - as above


def _extension(walker: Walker, value: Any) -> None:
    """Look into a column that is no array of numpy's."""
    kind = name_of(type(value))
    walker.say(kind, str(value.dtype) if kind != "Categorical" else "")
    walker.ids.add(id(value))
    if kind == "Categorical":
        walker.push([walker.made([value.ordered]), value.dtype.categories, value._ndarray])  # noqa: SLF001 - as above
    elif (chunked := getattr(value, "_pa_array", None)) is not None:
        _pyarrow(walker, chunked)
    elif hasattr(value, "_mask"):
        walker.push([value._data, value._mask])  # noqa: SLF001 - as above
    else:
        walker.push([value._ndarray])  # noqa: SLF001 - as above; without one, the object is opaque


def _pyarrow(walker: Walker, value: Any) -> None:
    """Look into a column of Arrow's, which never changes in place: another one takes its place."""
    walker.say("arrow", str(value.type), str(len(value)))
    for chunk in value.chunks:
        walker.say(str(len(chunk)), str(chunk.offset))
        for buffer in chunk.buffers():
            if buffer is None:
                walker.say("none")
            elif walker.allowance.take_bytes(buffer.size):
                walker.say(str(hash(bytes(buffer))))
            else:
                walker.sample(complete=True)
                walker.say(f"{buffer.address} {buffer.size}")


_PANDAS: dict[str, Handler] = {
    "DataFrame": _frame, "Series": _frame, "Index": _index, "DatetimeIndex": _index, "TimedeltaIndex": _index,
    "PeriodIndex": _index, "CategoricalIndex": _index, "RangeIndex": _range_index, "MultiIndex": _multi_index,
    "Timestamp": lambda walker, value: walker.say("Timestamp", repr(value)),
    "Timedelta": lambda walker, value: walker.say("Timedelta", repr(value)),
    "NAType": lambda walker, _: walker.say("NA"),
    "NaTType": lambda walker, _: walker.say("NaT"),
}  # fmt: skip


def _tensor(walker: Walker, value: Any) -> None:
    import torch

    plain = value.detach()
    walker.ids.update((id(value), plain.untyped_storage().data_ptr()))
    walker.say("tensor", str(plain.dtype), repr(tuple(plain.shape)), str(value.requires_grad), str(plain.device))
    walker.push([value.grad if value.is_leaf else None])
    size = plain.numel() * plain.element_size()
    near = plain.device.type == "cpu" and plain.layout is torch.strided
    if near and size <= _SMALL_TENSOR and walker.allowance.take_bytes(size):
        walker.say(str(hash(plain.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())))
        return
    walker.sample(complete=plain.device.type != "cpu")  # on the CPU it may share its memory with an array of numpy's
    walker.say(str(value._version))  # noqa: SLF001 - counts every change in place


def _torch_generator(walker: Walker, value: Any) -> None:
    walker.ids.add(id(value))
    walker.say("torch.Generator", str(hash(value.get_state().numpy().tobytes())))


_TORCH: dict[str, Handler] = {
    "torch.Tensor": _tensor, "torch.nn.parameter.Parameter": _tensor, "torch._C.Generator": _torch_generator,
    "torch.dtype": lambda walker, value: walker.say("dtype", str(value)),
    "torch.device": lambda walker, value: walker.say("device", str(value)),
    "torch.Size": lambda walker, value: walker.say("Size", repr(tuple(value))),
}  # fmt: skip
