"""Templates of pages; everything put into them is escaped."""

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def templates_of(package: str) -> Environment:
    """Return the templates of a package, which may include those that all pages share."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("codefavor.web")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
