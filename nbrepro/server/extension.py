"""What Jupyter Server loads: handlers, the event of jobs, and an end without orphans."""

from __future__ import annotations

from typing import Any

import msgspec
from jupyter_server.extension.application import ExtensionApp

import nbrepro
from nbrepro.records.panel import EVENT_SCHEMA, Job
from nbrepro.server.handlers import ROUTES
from nbrepro.server.jobs import Jobs

_JOB_EVENT: dict[str, Any] = {
    "$id": EVENT_SCHEMA,
    "version": "1",
    "title": "A job of nbrepro",
    "description": "Progress of a check, a record, a restoration or a lock that a user started in the panel.",
    "personal-data": True,
    "type": "object",
    "properties": {"job": {"type": "object", "description": "As in the panel's own schema."}},
    "required": ["job"],
}


class NbreproServer(ExtensionApp):
    """The server's half of the panel."""

    name = "nbrepro"
    extension_url = "/nbrepro/hello"
    load_other_extensions = True
    description = nbrepro.__doc__ or ""

    def initialize_settings(self) -> None:
        """Register the event and make the list of jobs."""
        logger = self.serverapp.event_logger
        if EVENT_SCHEMA not in logger.schemas:
            logger.register_event_schema(_JOB_EVENT)
        self.settings["nbrepro_jobs"] = Jobs(self._tell)

    def initialize_handlers(self) -> None:
        """Add the routes below ``/nbrepro``."""
        self.handlers.extend(ROUTES)

    async def stop_extension(self) -> None:
        """End every job before the server goes."""
        await self.settings["nbrepro_jobs"].close()

    def _tell(self, job: Job) -> None:
        self.serverapp.event_logger.emit(schema_id=EVENT_SCHEMA, data={"job": msgspec.to_builtins(job)})
