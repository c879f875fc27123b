"""`python -m bot doctor`: what is missing, due or misconfigured, in sentences."""

from __future__ import annotations

import sys

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def doctor() -> None:
        """Checks settings, model, content, helplines and the paths in endpoints.yml; exits with 1 on a fault."""
        from bot import health, rasa_process

        rasa_process.prepare()

        findings = health.examine()
        for finding in findings:
            print(f"  {finding.mark:<6} {finding.sentence}")
        faults = sum(finding.is_fault for finding in findings)
        print(f"{faults} fault{'' if faults == 1 else 's'} found." if faults else "All is well.")
        sys.exit(1 if faults else 0)
