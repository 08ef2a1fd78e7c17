"""What runs inside the sandbox: standard library only, nothing of codefavor beyond this package."""
