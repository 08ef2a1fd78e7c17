"""Runs candidates as WebAssembly: their own memory, a private file system, work counted from outside."""
