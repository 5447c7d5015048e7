"""The weights of a module that stands in the frame, as a safetensors file like any other checkpoint."""

import ctypes
import json
import os
import shutil
import struct
import sys
import tempfile

_types = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "complex64": "C64",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}


def save_weights(variables, names, expression):
    """Base64 of JSON: path and bytes of a new file that only this person can read. The person asked for this call."""
    value = eval(expression, {**names, **variables})
    tensors = value if isinstance(value, dict) else value.state_dict()
    torch = sys.modules["torch"]
    header, offset, written = {}, 0, []
    for name, tensor in tensors.items():
        kind = _types.get(str(getattr(tensor, "dtype", "")).replace("torch.", ""))
        if not isinstance(tensor, torch.Tensor) or kind is None or why_not(tensor, "torch"):
            continue
        end = offset + tensor.numel() * tensor.element_size()
        header[str(name)] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, end]}
        written.append(tensor)
        offset = end
    if not written:
        raise ValueError("%s has no tensors" % expression)
    if shutil.disk_usage(tempfile.gettempdir()).free < 2 * offset:
        raise OSError("no room for %d bytes in the temporary folder" % offset)
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    handle, path = new_file()
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for tensor in written:
                own = tensor.detach().cpu().contiguous()
                size = own.numel() * own.element_size()
                file.write((ctypes.c_char * size).from_address(own.data_ptr()) if size else b"")
    except BaseException:
        remove_file(path)
        raise
    return encode({"path": path, "bytes": 8 + len(text) + offset})
