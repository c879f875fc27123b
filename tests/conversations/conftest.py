"""Conversations are YAML files, sorted by kind of path; each is run through the whole assistant, in process."""
