"""The REST half: thin handlers that confine the path, call one function, and answer with one message.

Every handler wants a signed-in user who is authorized: to read, or to execute for whatever starts a kernel or
writes. XSRF is checked by Jupyter Server as for any of its APIs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
from jupyter_server.auth import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.gateway.gateway_client import GatewayClient
from tornado.web import HTTPError, authenticated

import nbrepro
from nbrepro.errors import BusyError, NbreproError
from nbrepro.records.panel import PROTOCOL, Fault, Overview, ServerHello
from nbrepro.server import differences, moving, overview
from nbrepro.server.jobs import Jobs, Request
from nbrepro.server.places import Elsewhere, former_path, notebook_path

MAX_BODY = 256 * 1024 * 1024


class _Handler(APIHandler):
    """What all have in common: the resource's name, JSON in and out, faults as sentences."""

    auth_resource: ClassVar[str] = "nbrepro"

    @property
    def jobs(self) -> Jobs:
        jobs: Jobs = self.settings["nbrepro_jobs"]
        return jobs

    def body(self) -> dict[str, Any]:
        if len(self.request.body) > MAX_BODY:
            raise HTTPError(413, reason="the notebook is too large")
        try:
            data = json.loads(self.request.body or b"{}")
        except ValueError:
            raise HTTPError(400, reason="the body is no JSON") from None
        if not isinstance(data, dict):
            raise HTTPError(400, reason="the body is no JSON object")
        return data

    def answer(self, message: Any, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(msgspec.json.encode(message))

    async def work(self, action: Callable[..., Any], *args: Any) -> None:
        """Answer with what ``action`` returns, which may take its time in a thread."""
        try:
            message = await asyncio.get_running_loop().run_in_executor(None, action, *args)
        except NbreproError as fault:
            self.refuse(fault)
        else:
            self.answer(message)

    def refuse(self, fault: NbreproError) -> None:
        """Say in one sentence why not."""
        status = 409 if isinstance(fault, BusyError) else 422
        self.answer(Fault(message=str(fault), reason=type(fault).__name__), status)


class HelloHandler(_Handler):
    """Tell which version answers."""

    @authenticated
    @authorized
    def get(self) -> None:
        """Return the versions."""
        elsewhere = bool(GatewayClient.instance().gateway_enabled)
        self.answer(ServerHello(protocol=PROTOCOL, nbrepro=nbrepro.__version__, gateway=elsewhere))


class OverviewHandler(_Handler):
    """How a notebook stands; a POST, because the live sources come with the question."""

    @authenticated
    @authorized("read")
    async def post(self) -> None:
        """Return the overview."""
        data = self.body()
        path = data.get("path")
        job = self.jobs.latest(path)
        try:
            file = await notebook_path(self.contents_manager, path)
            former = await former_path(self.contents_manager, data.get("former"))
        except Elsewhere as fault:
            self.answer(Overview(path=str(path), state="remote", reason=str(fault), job=job))
            return
        await self.work(overview.overview, path, file, _sources(data.get("sources")), job, former)


class DifferenceHandler(_Handler):
    """The outputs of one cell of a check, reference against candidate."""

    @authenticated
    @authorized("read")
    async def get(self) -> None:
        """Return the pairs of outputs."""
        path = self.get_query_argument("path")
        run, cell = self.get_query_argument("run"), self.get_query_argument("cell")
        file = await _local(self, path)
        await self.work(differences.cell_diff, path, file, run, cell)


class ReportHandler(_Handler):
    """The HTML report of a check, for a sandboxed frame."""

    @authenticated
    @authorized("read")
    async def get(self) -> None:
        """Return the page inside JSON, so that no address of this server is a page with others' content."""
        path = self.get_query_argument("path")
        file = await _local(self, path)
        await self.work(differences.html_report, path, file, self.get_query_argument("run"))


class AcceptHandler(_Handler):
    """Make the run of a check the new reference."""

    @authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Keep the run."""
        data = self.body()
        file = await _local(self, data.get("path"))
        await self.work(differences.accept, file, str(data.get("run", "")))


class MovedHandler(_Handler):
    """Take the record of a notebook that was renamed or moved along."""

    @authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Move the record."""
        data = self.body()
        file = await _local(self, data.get("path"))
        former = await former_path(self.contents_manager, data.get("former"))
        if former is None:
            raise HTTPError(422, reason="that says not where the notebook lay")
        await self.work(moving.take_along, file, former)


class JobsHandler(_Handler):
    """The jobs of this server."""

    @authenticated
    @authorized("read")
    def get(self) -> None:
        """Return every job that is known."""
        self.answer(self.jobs.all())

    @authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Start a job."""
        data = self.body()
        file = await _local(self, data.get("path"))
        try:
            request = Request.read(data, file)
            job = await self.jobs.start(request)
        except NbreproError as fault:
            self.refuse(fault)
            return
        self.answer(job, 201)


class JobHandler(_Handler):
    """One job."""

    @authenticated
    @authorized("execute")
    async def delete(self, identity: str) -> None:
        """Cancel the job."""
        job = await self.jobs.cancel(identity)
        if job is None:
            raise HTTPError(404, reason="no such job")
        self.answer(job)


async def _local(handler: _Handler, path: object) -> Any:
    try:
        return await notebook_path(handler.contents_manager, path)
    except Elsewhere as fault:
        raise HTTPError(422, reason=str(fault)) from None


def _sources(value: object) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise HTTPError(400, reason="sources must be texts by cell id")
    return value


ROUTES = [
    (r"/nbrepro/hello", HelloHandler),
    (r"/nbrepro/overview", OverviewHandler),
    (r"/nbrepro/difference", DifferenceHandler),
    (r"/nbrepro/report", ReportHandler),
    (r"/nbrepro/accept", AcceptHandler),
    (r"/nbrepro/moved", MovedHandler),
    (r"/nbrepro/jobs", JobsHandler),
    (r"/nbrepro/jobs/([0-9a-f]{32})", JobHandler),
]
