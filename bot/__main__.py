"""Entry point of `python -m bot`. Sets what must stand before numpy or Rasa is imported."""

import os

from bot.processor import choose_kernels

choose_kernels()
#: Two BLAS threads are several times slower than one for single messages.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# Rasa would send usage data to a third party; nothing leaves this machine.
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
# Rasa 3.6 names interfaces that SQLAlchemy 1.4 will drop one day; the warning is for Rasa's developers.
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

from bot.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
