"""codefavor: which of two pieces of code is better?"""

__version__ = "0.1.0"
