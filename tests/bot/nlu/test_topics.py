"""Which answers say more about a message than a learned score does."""

from bot.nlu.topics import is_harmless, is_of_another_country
from bot.safety.levels import ABUSE_DISCLOSURE, ADULT_INVOLVED, EXTORTION, SELF_HARM


def test_an_answer_about_what_a_score_takes_for_a_risk_is_harmless_while_that_is_not_sure():
    assert is_harmless("partner_wants_my_password", ABUSE_DISCLOSURE, 0.7)
    assert is_harmless("attached_to_ai_friend", ADULT_INVOLVED, 0.6)
    # "A man who says he is an AI wants pictures" is met as what it is.
    assert not is_harmless("attached_to_ai_friend", ADULT_INVOLVED, 0.95)
    # A false shop is no blackmail, however much it sounds like it.
    assert is_harmless("bought_from_scam_shop", EXTORTION, 0.99)


def test_no_answer_is_harmless_beside_another_risk_or_none():
    assert not is_harmless("partner_wants_my_password", SELF_HARM, 0.5)
    assert not is_harmless("partner_wants_my_password", None, 0.0)
    assert not is_harmless(None, ABUSE_DISCLOSURE, 0.5)


def test_an_answer_for_one_country_is_none_for_another_unless_it_is_asked_for() -> None:
    assert is_of_another_country("report_in_ireland", "AU", "who do i ring here")
    assert not is_of_another_country("report_in_ireland", "IE", "who do i ring here")
    assert not is_of_another_country("report_in_ireland", None, "who do i ring here")
    assert not is_of_another_country("report_in_ireland", "GB", "is it Tusla or the Garda")
    assert not is_of_another_country("how_to_report", "AU", "who do i ring here")
