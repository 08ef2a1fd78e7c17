"""A study as one file for one annotator, for people without a server: the same page, with the browser as its memory.

Which tasks, in which order, with the candidates exchanged or not, is drawn here as the server draws it; the file holds
no labels, does not say which tasks are checks, and may load and send nothing. The votes that it gives back are read by
`annotate.import_votes`.
"""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.queue import Queue
from codefavor.annotate.study import StudySettings, StudyTask
from codefavor.annotate.view import render_file, render_task
from codefavor.record import content_digest

_SCRIPTS = ("timer.js", "drawer.js", "study.js")
_JOINTS = re.compile(r"^import .*\n|^export ", re.MULTILINE)
"""What holds modules together; the drawer stands for the outbox, under its name."""


def study_digest(settings: StudySettings, tasks: Sequence[StudyTask]) -> str:
    """Return what names a study, so that votes are not counted in another one."""
    return content_digest([settings.digest(), *(task.id for task in tasks)])


def draw(settings: StudySettings, tasks: Sequence[StudyTask], annotator: str, at: datetime) -> list[Assignment]:
    """Return every task in the order in which this annotator gets them, as from a server that nobody else asks."""
    queue = Queue(settings, tasks, (), ())
    drawn: list[Assignment] = []
    while assignment := queue.next_for(annotator, at):
        drawn.append(assignment)
        queue.give(assignment, at)
        queue.take(
            StudyAnswer(key=f"drawn-{len(drawn):08}", annotator=annotator, task=assignment.task, kind="skip", at=at)
        )
    return drawn


def make_page(settings: StudySettings, tasks: Sequence[StudyTask], annotator: str, at: datetime) -> str:
    """Return the file for `annotator` as HTML."""
    by_id = {task.id: task for task in tasks}
    named = study_digest(settings, tasks)
    study = {
        "study": named,
        "annotator": annotator,
        "tasks": [
            {
                "id": assignment.task,
                "swapped": assignment.swapped,
                "html": render_task(by_id[assignment.task].shown(assignment.swapped)),
            }
            for assignment in draw(settings, tasks, annotator, at)
        ],
    }
    static = files("codefavor.annotate") / "static"
    script = "".join(_JOINTS.sub("", (static / name).read_text(encoding="utf-8")) for name in _SCRIPTS)
    style = (static / "study.css").read_text(encoding="utf-8")
    policy = f"default-src 'none'; img-src data:; script-src {_hashed(script)}; style-src {_hashed(style)}"
    return render_file(annotator, named, _inert(study), script, style, policy)


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _inert(content: object) -> str:
    """Return JSON that no HTML reader takes for the end of its element, lone surrogates escaped."""
    return json.dumps(content).replace("<", "\\u003c").replace("&", "\\u0026")
