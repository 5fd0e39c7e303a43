-- What became of one thing, wherever it went: for the page of whoever published it.
CREATE INDEX answers_object ON answers (object_id, at);
