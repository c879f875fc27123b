"""Keys under which our components leave their results on a Rasa message."""

#: dict made by `bot.nlu.risk_detector.as_dict`: level label, categories, speaker, stance, findings.
RISK = "risk"
#: In RISK: True where a card was called for by an unsure score in the midst of everyday talk, and is asked about.
ASKED_FIRST = "asked_first"
#: float32 array, shape (512,), unit length: the sentence embedding, computed once a message.
EMBEDDING = "sentence_embedding"
#: float32 array, shape (384,), unit length: the second embedding, which tells near questions apart.
DETAIL = "sentence_detail"
#: The clean text, and one `bot.nlu.label_model.Encoded` row of it, without greetings and thanks around what is asked
#: (`bot.nlu.courtesies`); absent where there are none.
ASKED_TEXT, ASKED = "asked_text", "asked"
#: list of {"label", "score"}: every label the classifier knows, best first, at most RANKING_LENGTH.
LABEL_RANKING = "label_ranking"
#: list of {"faq", "topic", "score"}: the nearest answers, best first, at most three.
NEAREST = "nearest"

#: faq id of an answer near enough to be shown, with a doubt, when nothing was understood for certain; else absent.
LIKELY = "likely"

#: dict of a message after a card: "kind" (a `bot.nlu.news.News`), "score", and "sure" (else it is asked about).
NEWS = "news"
#: dict of a message in an open emergency: "kind" (a `bot.nlu.news.Help`) and "score".
HELP = "help"
#: `bot.nlu.label_model.Encoded`, one row: the message behind the words that brought the open card.
BEHIND_THE_CASE = "behind_the_case"

#: True where LABEL_RANKING was made for the case of a crisis card (`bot.nlu.case_ranker`): nothing below its threshold
#: is a guess worth showing.
IN_CASE = "in_case"

#: dict of an everyday message that follows an answer: "does" (a `bot.nlu.everyday_messages.Does`) and "score".
EVERYDAY = "everyday"

#: dict of such a message that a small answer serves: its "id" (`bot.content.small_answers`) and "score".
SMALL = "small"

RETRIEVAL_INTENT = "faq"
#: Intent of a message that a small answer serves.
SMALL_INTENT = "small_answer"
FALLBACK_INTENT = "nlu_fallback"
#: Intent of a message that asks for helplines.
HOTLINE_INTENT = "get_hotline"
RANKING_LENGTH = 10
NEAREST_LENGTH = 3
