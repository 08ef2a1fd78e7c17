"""The application behind the page: sign in, get a task, answer it, take an answer back. It decides nothing about votes.

A request of an annotator waits for their earlier one, and an answer that arrives twice is one: the browser keeps what
was not acknowledged and sends it again.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.auth import SessionAuth
from codefavor.annotate.queue import Queue
from codefavor.annotate.store import Store
from codefavor.annotate.view import render_page, render_sign_in, render_task
from codefavor.annotate.writer import Writer
from codefavor.record import explain
from codefavor.web.guard import Guard

COOKIE = "codefavor-annotator"
FORM_TOKEN = "x-codefavor-form"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Study:
    """The handlers of one running study."""

    def __init__(self, store: Store, auth: SessionAuth, clock: Clock = utc_now) -> None:
        tasks, answers = store.tasks(), store.answers()
        self._tasks = {task.id: task for task in tasks}
        self._queue = Queue(store.settings(), tasks, store.assignments(), answers)
        self._keys = {answer.key for answer in answers}
        self._writer = Writer(store)
        self._auth = auth
        self._clock = clock
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._name = hashlib.sha256(store.secret().encode()).hexdigest()[:12]

    def app(self) -> Starlette:
        """Return the ASGI application."""
        static = StaticFiles(directory=Path(__file__).with_name("static"))
        routes = [
            Route("/", self._page),
            Route("/enter", self._enter, methods=["POST"]),
            Route("/leave", self._leave, methods=["POST"]),
            Route("/api/task", self._task),
            Route("/api/answer", self._answer, methods=["POST"]),
            Mount("/static", static),
        ]
        return Starlette(
            routes=routes,
            middleware=[Middleware(Guard)],
            exception_handlers={ClientDisconnect: _gone},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self._writer.running():
            yield

    async def _page(self, request: Request) -> Response:
        name = self._auth.name_of(request.cookies.get(COOKIE))
        if name is None:
            return HTMLResponse(render_sign_in(self._auth.asks_for_token, refused=False))
        return HTMLResponse(render_page(name, self._auth.form_token(name), self._name))

    async def _enter(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        name = self._auth.enter(form.get("who", [""])[0])
        if name is None:
            return HTMLResponse(render_sign_in(self._auth.asks_for_token, refused=True), status_code=403)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, self._auth.session(name), max_age=90 * 86_400, httponly=True, samesite="strict")
        return response

    async def _leave(self, _: Request) -> Response:
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    async def _task(self, request: Request) -> Response:
        name = self._annotator(request)
        async with self._turns[name]:
            return JSONResponse(await self._next(name))

    async def _answer(self, request: Request) -> Response:
        name = self._annotator(request)
        answer = self._parsed(name, await _json_object(request))
        async with self._turns[name]:
            if answer.key not in self._keys:
                await self._record(answer)
            return JSONResponse(await self._next(name))

    async def _record(self, answer: StudyAnswer) -> None:
        last = self._queue.last_answer(answer.annotator)
        if answer.kind == "undo" and (last is None or last.task != answer.task):
            raise HTTPException(409, "only the latest answer can be taken back")
        if self._queue.assignment(answer.annotator, answer.task) is None:
            raise HTTPException(409, "this task was not given to you")
        await self._writer.append(answer)
        self._keys.add(answer.key)
        self._queue.take(answer)

    async def _next(self, name: str) -> dict[str, Any]:
        now = self._clock()
        assignment = self._queue.next_for(name, now)
        if assignment is not None:
            if self._queue.assignment(name, assignment.task) is None:
                # Counted before it is written, so that nobody else is given the same place meanwhile.
                self._queue.give(assignment, now)
                await self._writer.append(assignment)
            else:
                self._queue.give(assignment, now)
        last = self._queue.last_answer(name)
        return {
            "progress": self._queue.progress(name).model_dump(),
            "undo": last.task if last else None,
            "task": self._view(assignment) if assignment else None,
        }

    def _view(self, assignment: Assignment) -> dict[str, Any]:
        comparison = self._tasks[assignment.task].shown(assignment.swapped)
        before = self._queue.taken_back(assignment.annotator, assignment.task)
        return {
            "id": assignment.task,
            "html": render_task(comparison),
            "seconds": before.seconds if before else 0.0,
            "before": before.model_dump(include={"kind", "confidence", "note"}) if before else None,
        }

    def _annotator(self, request: Request) -> str:
        name = self._auth.name_of(request.cookies.get(COOKIE))
        if name is None:
            raise HTTPException(401, "sign in first")
        if not self._auth.owns(name, request.headers.get(FORM_TOKEN, "")):
            raise HTTPException(403, "reload the page")
        return name

    def _parsed(self, name: str, body: dict[str, Any]) -> StudyAnswer:
        try:
            return StudyAnswer.model_validate({**body, "annotator": name, "at": self._clock()})
        except ValidationError as error:
            raise HTTPException(400, explain(error)) from None


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it; the browser sends its answer again


async def _json_object(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise HTTPException(415, "JSON was expected")
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise HTTPException(400, "a JSON object was expected")
    return body
