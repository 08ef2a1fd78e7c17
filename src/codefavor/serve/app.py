"""The HTTP interface: routes, refusals, the OpenAPI document. Judging is the batcher's, admission the middleware's."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

from codefavor import __version__
from codefavor.errors import CodeFavorError, ModelTimeoutError, RateLimitError
from codefavor.judges.both_orders import in_both_orders, joined_orders, pair_orders
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.presentation import present
from codefavor.pairs.verdict import Verdict
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.ranking import Ranking, RankSettings
from codefavor.ranking.tournament import rank
from codefavor.record import explain
from codefavor.serve.auth_middleware import OPEN_PATHS, AuthMiddleware
from codefavor.serve.batcher import Batcher, BatchSettings, Busy, QueuedJudge
from codefavor.serve.messages import CompareAnswer, CompareRequest, Health, Refusal
from codefavor.serve.metrics import Metrics
from codefavor.serve.rank_messages import RankAnswer, RankRequest, RerankAnswer, RerankRequest
from codefavor.serve.settings import ServeSettings
from codefavor.serve.view import render_answer, render_page
from codefavor.web.guard import HOSTS, Admission, Guard, refusal

_CLIENT_GONE = 499
_RANKINGS_AT_ONCE = 4
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": description}
    for status, description in (
        (400, "The body is not JSON."),
        (401, "The token is missing or wrong."),
        (403, "The request comes from another site."),
        (408, "The body did not arrive in time."),
        (413, "The body is too large."),
        (421, "The host name is not one this server answers to."),
        (422, "A field is not what it should be."),
        (429, "Too much is waiting; Retry-After says when to ask again."),
        (502, "The judge failed."),
        (503, "The judge's model asks for fewer requests."),
        (504, "The judge did not answer in time."),
    )
}
ResultT = TypeVar("ResultT")


class Service:
    """The routes of one server and the judge behind them."""

    def __init__(
        self,
        judge: Judge,
        settings: ServeSettings,
        batching: BatchSettings,
        token: str | None,
        at_end: Callable[[], None],
    ) -> None:
        """Serve `judge` to whoever knows `token`, if there is one; `at_end` is called after the last answer."""
        self._judge = judge
        self._settings = settings
        self._token = token
        self._at_end = at_end
        self._metrics = Metrics()
        self._batcher = Batcher(judge, batching, self._metrics)
        self._rankers = ThreadPoolExecutor(_RANKINGS_AT_ONCE, thread_name_prefix="rank")

    def app(self) -> FastAPI:
        """Return the ASGI application."""
        hosts = HOSTS if self._settings.loopback else None
        admission = Admission(hosts, self._settings.max_body, self._settings.body_seconds)
        app = FastAPI(
            title="codefavor",
            version=__version__,
            description="Which of two pieces of code is better?",
            docs_url=None,  # its page loads scripts from elsewhere
            redoc_url=None,
            lifespan=self._lifespan,
            responses=_REFUSALS,
        )
        app.add_api_route("/v1/compare", self._compare, methods=["POST"], response_model=CompareAnswer)
        app.add_api_route("/v1/rank", self._rank, methods=["POST"], response_model=RankAnswer)
        app.add_api_route(
            "/v1/rerank", self._rerank, methods=["POST"], response_model=RerankAnswer, response_model_exclude_none=True
        )
        app.add_api_route("/health", self._health, response_model=Health)
        app.add_api_route("/metrics", self._exposition, response_class=Response, responses=_METRICS)
        app.add_api_route("/", self._page, response_class=HTMLResponse, include_in_schema=False)
        app.add_api_route(
            "/playground", self._play, methods=["POST"], response_class=HTMLResponse, include_in_schema=False
        )
        app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
        paths = [*OPEN_PATHS, *(route.path for route in app.routes if hasattr(route, "path"))]
        app.add_middleware(
            AuthMiddleware,
            token=self._token,
            max_requests=self._settings.max_requests,
            metrics=self._metrics,
            paths=paths,
        )
        app.add_middleware(Guard, admission=admission)
        app.add_exception_handler(RequestValidationError, _invalid)
        app.add_exception_handler(ClientDisconnect, _gone)
        app.add_exception_handler(Busy, _busy)
        app.add_exception_handler(CodeFavorError, _failed)
        app.add_exception_handler(Exception, _broken)
        return app

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with self._batcher.running():
            yield
        self._rankers.shutdown(wait=False, cancel_futures=True)
        # Not left to the caller: a process that SIGTERM ends comes back from nothing.
        await asyncio.to_thread(self._at_end)

    async def _compare(self, body: CompareRequest, request: Request) -> CompareAnswer:
        """Say which of two candidates is better, and why."""
        _, verdict = await self._unless_gone(request, self._compared(body))
        return CompareAnswer.of(verdict)

    async def _play(self, body: CompareRequest, request: Request) -> HTMLResponse:
        shown, verdict = await self._unless_gone(request, self._compared(body))
        return HTMLResponse(await asyncio.to_thread(render_answer, shown, verdict))

    async def _compared(self, body: CompareRequest) -> tuple[Comparison, Verdict]:
        # In a thread: stripping comments parses both candidates, and others wait for this loop.
        shown = (await asyncio.to_thread(present, body.comparison(), body.comments)).comparison
        if self._settings.orders == "given":
            (verdict,) = await self._batcher.ask(shown)
        else:
            verdicts = await self._batcher.ask(*in_both_orders(self._judge, [shown]))
            ((first, second),) = pair_orders(self._judge, [shown], verdicts)
            verdict = joined_orders(first, second)
        return shown, verdict

    async def _rank(self, body: RankRequest, request: Request) -> RankAnswer:
        """Say which of many candidates is best, from as few judgements as it takes."""
        ranking = await self._unless_gone(request, self._ranked(body.task(), body.settings()))
        return RankAnswer.from_ranking(ranking)

    async def _rerank(self, body: RerankRequest, request: Request) -> RerankAnswer:
        """Order documents by how well they do what the query asks for."""
        ranking = await self._unless_gone(request, self._ranked(body.task(), body.settings()))
        return body.answer(ranking)

    async def _ranked(self, task: CandidateSet, settings: RankSettings) -> Ranking:
        judge = QueuedJudge(self._judge.name, self._batcher)
        working = asyncio.get_running_loop().run_in_executor(self._rankers, rank, judge, task, settings)
        try:
            return (await working).ranking
        finally:
            judge.stop()

    async def _unless_gone(self, request: Request, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Return what comes of `work`, which is cancelled when the client leaves or the time is over."""
        working = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(request.receive())
        tasks = {working, leaving}
        try:
            await asyncio.wait(tasks, timeout=self._settings.max_seconds, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            if leaving.done():
                raise ClientDisconnect
            raise HTTPException(504, f"the judge did not answer within {self._settings.max_seconds:g} s")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _health(self) -> Health:
        """Say that the server is alive."""
        return Health(judge=self._judge.name, waiting=self._batcher.waiting, version=__version__)

    async def _exposition(self) -> Response:
        """Return the server's counters in Prometheus' text format."""
        return Response(self._metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _page(self) -> HTMLResponse:
        return HTMLResponse(render_page(self._judge.name, self._token is not None))


_METRICS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


class _Ascii(JSONResponse):
    """JSON in ASCII, since a name that a client made up may hold what UTF-8 has no bytes for."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=True, allow_nan=False).encode("ascii")


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _Ascii({"detail": explain(error)[:2000]}, status_code=422)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=_CLIENT_GONE)  # nobody reads it; it is there to be counted


async def _busy(_: Request, error: Exception) -> Response:
    assert isinstance(error, Busy)
    return refusal(429, str(error), {"Retry-After": str(error.retry_after)})


async def _failed(_: Request, error: Exception) -> Response:
    if isinstance(error, RateLimitError):
        return refusal(503, str(error), {"Retry-After": str(round(error.retry_after or 1))})
    return refusal(504 if isinstance(error, ModelTimeoutError) else 502, str(error))


async def _broken(_: Request, __: Exception) -> Response:
    return refusal(500, "the server broke on this request; its log says where")
