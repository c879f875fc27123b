"""How a reply is worded once an action is chosen (adapts `bot.content` to Rasa).

`facts.py`    what is known of a conversation: audience, country, channel, the last answer, the card given
`wording.py`  VettedWording, Rasa's NLG: every sentence comes from `data/`, helplines from the directory
`special.py`  responses that are put together from several vetted parts, such as the crisis card
"""
