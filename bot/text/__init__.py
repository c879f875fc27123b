"""Text before understanding.

- `cleanup.py`: `clean(text) -> CleanText`, the one place where slang, disguises and hostile characters are undone;
  each character of the result knows where it stood in the message as typed.
- `readable.py`: `readable(text)`, without half characters and zero bytes; for what is stored as well.
- `vocabulary.py`: the tables of `data/text/` and the word list that decides what is a word.
- `spelling.py`: repairs inside one word (digits for letters, stretched letters, masked letters, one typing slip).
- `encoder.py`: `get_encoder().encode(texts)`, the multilingual sentence encoder, one vector a message.
- `english.py`: `get_english().read(texts)`, the English encoder: a vector and what it says of risk, in one reading.
  Made by `encoder_graph.py` from `published.py` (the weights as installed), `adapter.py` (our change of them) and
  `middle_view.py` (what a middle layer adds to the vector).

In: a message as typed. Out: lower-case text for matching, and `float32` unit vectors.
"""
