"""What runs inside the native sandbox. It needs the standard library and `sandbox.wire` alone."""
