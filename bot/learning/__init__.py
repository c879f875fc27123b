"""Learning by doing: walks a person through the journeys of `data/journeys/`. No Rasa.

`state.py`    where a person is in a journey, and how that is kept in slots
`engine.py`   what each kind of move leads to: answer, back, stop, a message that says something else
`reading.py`  what typed words mean inside a journey
`decision.py` whether a message belongs to the journey at all
`wording.py`  the words and buttons of a move
`readers.py`  readers of free text; `refusal.py` tells firm, unsure and giving in apart
`practice.py` whether a typed line answers an exercise rather than tells of something real
"""
