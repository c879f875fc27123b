"""What a Rasa server needs beside its channels: `/healthz`, `/readyz`, `/metrics`, timed stages, each
message once, a warm start.

nginx does not hand the three addresses on to the outside.
"""

import logging
from typing import Any, Awaitable, Callable

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import metrics, stages, warm_up
from bot.channels import once

logger = logging.getLogger(__name__)


class OperationsChannel(InputChannel):
    """Takes no messages: Rasa's way of adding routes is a channel."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "operations"

    def url_prefix(self) -> str:
        """At the root, where load balancers look."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The three routes."""
        # Rasa is imported by now, and no message has come yet.
        stages.install()
        once.install()
        warm_up.install()
        routes = Blueprint("kindlight_operations")

        @routes.route("/healthz", methods=["GET"])
        async def healthz(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/readyz", methods=["GET"])
        async def readyz(request: Request) -> HTTPResponse:
            ready = is_ready(request.app)
            return response.json({"status": "ready" if ready else "not ready"}, status=200 if ready else 503)

        @routes.route("/metrics", methods=["GET"])
        async def figures(request: Request) -> HTTPResponse:
            body, kind = metrics.exposition()
            return response.raw(body, content_type=kind)

        @routes.listener("after_server_start")
        async def give_up_without_a_model(app: Sanic, loop: Any) -> None:
            stop_unless_ready(app)

        return routes


def stop_unless_ready(app: Sanic) -> None:
    """Rasa goes on without a model and answers nothing; nginx would go on sending people here. So the server ends.

    The supervisor tries again, and with a broken model `restart-servers` stops at the first server.
    """
    if not is_ready(app):
        logger.error("the model could not be loaded; this server ends")
        app.stop()


def is_ready(app: Sanic) -> bool:
    """The model is loaded. Database, Redis and RabbitMQ may be away: people get answers without them."""
    agent = getattr(app.ctx, "agent", None)
    return agent is not None and bool(agent.is_ready())
