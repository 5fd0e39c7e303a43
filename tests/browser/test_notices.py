"""Alerts as they are read in a real browser."""


def test_what_was_in_sight_for_a_moment_is_no_longer_new(reader, demo):
    """The marks stay while one reads, and are gone the next time.  (Without script, a button does it.)"""
    one = reader(demo.velo)
    one.enter("camille")
    with one.page.expect_response(lambda answer: answer.url.endswith("/alertes/vues")) as said:
        one.open("/alertes")
        new, told = one.page.locator(".notice--new").count(), one.page.locator(".notice").count()
        assert new > 0, "the demonstration tells of matches"
        assert one.page.locator(".nav__count").count() == 1
    assert said.value.status == 204
    assert one.page.locator(".notice--new").count() == new

    one.open("/alertes")

    arrived = one.page.locator(".notice").count() - told  # the coops go on talking meanwhile
    assert one.page.locator(".notice--new").count() == arrived
    assert one.page.locator(".nav__count").count() == bool(arrived)
    assert [error for error in one.errors if "404" not in error] == []


def test_the_reason_of_an_alert_opens_and_leads_to_the_choice(reader, demo):
    one = reader(demo.velo)
    one.enter("camille")
    one.open("/alertes")
    one.page.locator(".why summary").first.click()
    one.page.get_by_role("link", name="Changer ce que je reçois").first.click()

    assert one.page.url.endswith("/alertes/reglages#f-pace_matches")
    one.page.locator("#f-pace_matches label", has_text="Jamais").click()
    one.page.get_by_role("button", name="Enregistrer").click()
    assert one.page.get_by_text("C’est enregistré").count() == 1
    assert one.page.locator("#f-pace_matches input[value=never]").is_checked()
