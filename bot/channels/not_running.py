"""What a platform hears of a channel that is set up, but does not run yet or not any more: deliver it again.

The server listens a moment before it has started, and still does while it stops. "Not found" would be taken as an
answer, and the message lost; after a 503 it comes again, here or at another server.
"""

from sanic import response
from sanic.response import HTTPResponse


def ask_again() -> HTTPResponse:
    """The refusal that brings the request again."""
    sentence = "This server is starting or stopping. Please send this again."
    return response.json({"error": sentence}, status=503, headers={"Retry-After": "5"})
