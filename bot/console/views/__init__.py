"""One module a page family; each has a blueprint named `pages`."""
