"""`python -m bot erase`: removes one conversation everywhere, or looks up a receipt."""

from __future__ import annotations

import typer

from bot.errors import InputError

CONVERSATION = typer.Argument(None, metavar="CONVERSATION", help="Id of the conversation.")
RECEIPT = typer.Option(None, "--receipt", help="Look up a receipt code instead, such as 7KQM-2XHT.")


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def erase(conversation: str | None = CONVERSATION, receipt: str | None = RECEIPT) -> None:
        """Removes a conversation's words, Rasa's copy and originals, and prints a receipt."""
        from bot.eventlog.conversation_ids import conversation_key
        from bot.store import erasure

        if receipt:
            found = erasure.find_receipt(receipt)
            if found is None:
                raise InputError(f"There is no erasure with the receipt {receipt}.")
            print(f"erased on {found.erased_at:%Y-%m-%d %H:%M} UTC, {found.turns} messages")
        elif conversation:
            done = erasure.erase(conversation_key(conversation))
            kept = f"; kept: category {done.kept_category} and its time" if done.kept_category else ""
            print(f"receipt {done.code}: {done.turns} messages removed{kept}")
        else:
            raise InputError("Give the id of a conversation, or --receipt with a code.")
