"""Custom actions, one module for each capability; the action server finds them by itself."""
