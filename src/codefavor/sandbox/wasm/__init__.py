"""The wasm engine: candidates in interpreters compiled to WebAssembly, with fuel, memory and files of their own."""
