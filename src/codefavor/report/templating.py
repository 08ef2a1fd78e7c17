"""The templates of the report; everything put into them is escaped."""

from codefavor.web.templating import templates_of

TEMPLATES = templates_of("codefavor.report")
