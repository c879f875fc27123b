"""Rasa's policies of our own: who decides what is said next, safety first (adapts `bot.safety` and `bot.learning`).

`safety_policy.py`    SafetyPolicy: outranks every other policy, also inside journeys; asks
`safety_decision.py`  a pure table: risk, answer to a check-in and cards given → the response that safety calls for
`safety_turn.py`      what of a message and of the session bears on that
`journey_policy.py`   JourneyPolicy: a journey goes on, pauses and returns, after safety and before everything else

In: the tracker, with the risk that `bot.nlu.risk_detector` put on each message. Out: the next action, and slots.
"""
