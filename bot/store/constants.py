"""Words for states, shared by the store and the console."""

from __future__ import annotations

from datetime import timedelta

#: Events up to this long after an erasure still belong to it: the request itself and the farewell.
ERASURE_GRACE = timedelta(seconds=10)

# Conversation.status
NEW = "new"
IN_REVIEW = "in_review"
DONE = "done"
FOLLOW_UP = "follow_up"
STATUSES = (NEW, IN_REVIEW, DONE, FOLLOW_UP)

# Turn.author
USER = "user"
BOT = "bot"

# Escalation.status
OPEN = "open"
ACKNOWLEDGED = "acknowledged"
CLOSED = "closed"

# Alert.status
PENDING = "pending"
SENT = "sent"
FAILED = "failed"

# Review.outcome and StagedExample.kind
CORRECT = "correct"
MISSED_RISK = "missed_risk"
FALSE_ALARM = "false_alarm"
WRONG_ANSWER = "wrong_answer"
UNANSWERED = "unanswered"
OUTCOMES = (CORRECT, MISSED_RISK, FALSE_ALARM, WRONG_ANSWER, UNANSWERED)

# User.role, in rising order of trust; what each may do is in bot/console/permissions.py
REVIEWER = "reviewer"
LEAD = "lead"
AUDITOR = "auditor"
CONTENT_EDITOR = "content_editor"
ADMIN = "admin"
ROLES = (REVIEWER, LEAD, AUDITOR, CONTENT_EDITOR, ADMIN)

#: Conversation.level and the like are the numbers of bot.safety.levels.RiskLevel.
LEVEL_ESCALATE = 2
