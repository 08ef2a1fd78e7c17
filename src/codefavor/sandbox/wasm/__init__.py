"""Candidates run in WebAssembly: pinned guests, compiled once, in instances of their own."""
