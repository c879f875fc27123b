"""How a reply is worded once an action is chosen (adapts `bot.content` to Rasa).

`facts.py`    what is known of a conversation: audience, country, channel, the last answer, the card given
`wording.py`  VettedWording, Rasa's NLG: every sentence comes from `data/`, helplines from the directory
`special.py`  which responses are put together from several vetted parts, and how the small ones are
`crisis_drafts.py`  cards, our direct questions with their yes and no, what a short message means because of a card
`after_card.py`  questions, more that is told and outcomes while a card is talked about
`near_answers.py`  what is said when no answer is sure; `ranked.py`: what the ranking found
`meaning.py`  what a short message means because of the card that is talked of
`conditions.py`, `everyday.py`  what a response means at this point: after a card, right after an answer
`help_in_sight.py`  helplines beneath what is answered for a while after a card
"""
