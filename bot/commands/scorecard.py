"""`python -m bot scorecard`: measures everything on the held-out set, writes the page, guards the gate figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Mapping, Optional, Sequence, Tuple

import typer

if TYPE_CHECKING:
    from bot.evaluation.after_card import Play
    from bot.evaluation.answers import Understand, Understood


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def scorecard(
        check: bool = typer.Option(False, help="Measure the gate figures only and fail when one is worse."),
        record: bool = typer.Option(False, help="Move each gate's bound to the figure measured where that is better."),
    ) -> None:
        """Measures safety and answers on the held-out set; writes docs/scorecard.md."""
        if check:
            _check()
        else:
            _write(record)


def _check() -> None:
    from bot.evaluation.gates import broken, load_gates
    from bot.evaluation.held_out import load_held_out
    from bot.evaluation.scorecard import gate_figures, measure_core, values
    from bot.safety.engine import get_engine

    gates = load_gates()
    found = broken(gates, values(gate_figures(measure_core(get_engine(), load_held_out()))))
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(1)
    print(f"All {len(gates)} gate figures hold.")


def _write(record: bool) -> None:
    from bot.config import PROJECT_DIR
    from bot.evaluation.gates import load_gates, save_gates, tightened
    from bot.evaluation.held_out import load_held_out
    from bot.evaluation.scorecard import measure_all, values
    from bot.evaluation.scorecard_page import page
    from bot.safety.engine import get_engine

    gates = load_gates()
    understand, play, note = _assistant()
    card = measure_all(get_engine(), load_held_out(), understand, note, play)
    if record:
        gates = tightened(gates, values(card.figures))
        save_gates(gates)
    path = PROJECT_DIR / "docs" / "scorecard.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(card, gates), encoding="utf-8")
    for name, figure in card.figures.items():
        print(f"{name:<40} {figure.as_text()}")
    print(f"Written to {path.relative_to(PROJECT_DIR)}.")


def _assistant() -> Tuple[Optional[Understand], Optional[Play], str]:
    """What reads the held-out questions and plays the held-out conversations, or None and why."""
    from bot.errors import ModelError

    try:
        from bot.assistant import get_assistant

        assistant = get_assistant()
    except ImportError as error:
        return None, None, f"Not measured: the assistant cannot be loaded here ({error.name} is missing)."
    except ModelError as error:
        return None, None, f"Not measured: {error}"

    def understand(texts: Sequence[str]) -> List[Understood]:
        from bot.evaluation.answers import Understood

        return [Understood(label, tuple(nearest)) for label, nearest in assistant.understood(texts)]

    def play(turns: Sequence[str], audience: str, country: str) -> Sequence[Mapping[str, Any]]:
        return assistant.converse(turns, "held-out", audience, country)

    return understand, play, ""
