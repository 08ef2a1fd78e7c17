"""Who gets which task next: coverage first, orders and checks drawn by seed. It keeps the state and writes no file.

A task that somebody has open counts as covered for a while, so that many annotators at once do not all get the same.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.study import StudySettings, StudyTask
from codefavor.record import Record

RESERVED = timedelta(minutes=30)
"""How long an open task counts as covered: longer than the paper's slowest hundredth, 26 minutes."""


class StudyProgress(Record):
    """How far an annotator and the study are."""

    answered: int
    """Tasks that the annotator has voted on."""
    study_votes: int
    """Votes of the study that are needed and there."""
    study_target: int
    """Votes that the study needs."""


class Queue:
    """The state of a running study, rebuilt from its log whenever the server starts."""

    def __init__(
        self,
        settings: StudySettings,
        tasks: Sequence[StudyTask],
        assignments: Iterable[Assignment],
        answers: Iterable[StudyAnswer],
    ) -> None:
        self._settings = settings
        self._real = [task.id for task in tasks if not task.check]
        self._checks = frozenset(task.id for task in tasks if task.check)
        self._assigned: dict[str, dict[str, Assignment]] = defaultdict(dict)
        self._open: dict[str, list[str]] = defaultdict(list)
        self._touched: dict[tuple[str, str], datetime] = {}
        self._votes: dict[str, set[str]] = defaultdict(set)
        self._answered: Counter[str] = Counter()
        self._history: dict[str, list[StudyAnswer]] = defaultdict(list)
        self._taken_back: dict[tuple[str, str], StudyAnswer] = {}
        self._sequences: dict[str, list[str]] = {}
        for assignment in assignments:
            self.give(assignment, assignment.at)
        for answer in answers:
            self.take(answer)

    def next_for(self, annotator: str, now: datetime) -> Assignment | None:
        """Return what the annotator has open, else a task to give them, else None; nothing is given yet."""
        if self._open[annotator]:
            return self._assigned[annotator][self._open[annotator][-1]]
        place = len(self._assigned[annotator])
        rng = random.Random(f"{self._settings.seed}:{annotator}:{place}")
        wants_check = rng.random() < self._settings.check_rate
        task = (self._unseen_check(annotator) if wants_check else None) or self._least_covered(annotator, now)
        if task is None:
            return None
        swapped = random.Random(f"{self._settings.seed}:{annotator}:{task}").random() < 0.5
        return Assignment(annotator=annotator, task=task, swapped=swapped, at=now)

    def give(self, assignment: Assignment, now: datetime) -> None:
        """Count an assignment as open from `now` on, whether it is new or shown again."""
        annotator, task = assignment.annotator, assignment.task
        self._touched[annotator, task] = now
        if task not in self._assigned[annotator]:
            self._assigned[annotator][task] = assignment
            self._open[annotator].append(task)

    def take(self, answer: StudyAnswer) -> None:
        """Count an answer, or take one back."""
        annotator, task = answer.annotator, answer.task
        opened = self._open[annotator]
        if answer.kind == "undo":
            before = [answer for answer in self._history[annotator] if answer.task == task]
            if before:
                self._taken_back[annotator, task] = before[-1]
            self._history[annotator] = [answer for answer in self._history[annotator] if answer.task != task]
            self._count(annotator, task, voted=False)
            if task not in opened:
                opened.append(task)
            self._touched[annotator, task] = answer.at
            return
        if task in opened:
            opened.remove(task)
        self._touched.pop((annotator, task), None)
        self._history[annotator] = [answer for answer in self._history[annotator] if answer.task != task] + [answer]
        self._count(annotator, task, voted=answer.kind != "skip")

    def assignment(self, annotator: str, task: str) -> Assignment | None:
        """Return the assignment of a task to an annotator, if it was given to them."""
        return self._assigned[annotator].get(task)

    def last_answer(self, annotator: str) -> StudyAnswer | None:
        """Return the annotator's latest answer that stands: the one that an undo takes back."""
        return self._history[annotator][-1] if self._history[annotator] else None

    def taken_back(self, annotator: str, task: str) -> StudyAnswer | None:
        """Return the answer to a task that the annotator took back last: the one they continue with."""
        return self._taken_back.get((annotator, task))

    def progress(self, annotator: str) -> StudyProgress:
        """Return how far the annotator and the study are; checks count for neither the target nor its votes."""
        target = self._settings.votes_per_task
        return StudyProgress(
            answered=self._answered[annotator],
            study_votes=sum(min(target, len(self._votes[task])) for task in self._real),
            study_target=target * len(self._real),
        )

    def _count(self, annotator: str, task: str, voted: bool) -> None:
        had = annotator in self._votes[task]
        if voted:
            self._votes[task].add(annotator)
        else:
            self._votes[task].discard(annotator)
        self._answered[annotator] += int(voted) - int(had)

    def _unseen_check(self, annotator: str) -> str | None:
        seen = self._assigned[annotator]
        return next((task for task in self._sequence(annotator) if task not in seen and task in self._checks), None)

    def _least_covered(self, annotator: str, now: datetime) -> str | None:
        reserved = self._reserved(now)
        seen, target = self._assigned[annotator], self._settings.votes_per_task
        best, least = None, target
        for task in self._sequence(annotator):
            if task not in seen and task not in self._checks:
                covered = len(self._votes[task]) + reserved[task]
                if covered < least:
                    best, least = task, covered
                if not least:
                    break
        return best

    def _reserved(self, now: datetime) -> Counter[str]:
        stale = [place for place, since in self._touched.items() if now - since >= RESERVED]
        for place in stale:
            del self._touched[place]
        return Counter(task for _, task in self._touched)

    def _sequence(self, annotator: str) -> list[str]:
        if annotator not in self._sequences:
            tasks = self._real + sorted(self._checks)
            random.Random(f"{self._settings.seed}:{annotator}").shuffle(tasks)
            self._sequences[annotator] = tasks
        return self._sequences[annotator]
