"""Signing in from the page, with a mistake first."""

import re

from playwright.sync_api import expect


def test_an_officer_signs_in_and_lands_on_live_now(size, visit):
    visitor = visit(size)
    visitor.sign_in("officer", onto="/")
    expect(visitor.page.get_by_role("heading", name="Live now")).to_be_visible()
    assert visitor.look() == []


def test_a_director_signs_in_with_a_code_and_comes_to_the_page_the_link_named(council, visit):
    ref = council.submit().ref
    visitor = visit("phone")
    visitor.sign_in("director", onto=f"/notices/{ref}")
    visitor.page.wait_for_url(f"**/notices/{ref}/approve")


def test_a_wrong_password_is_told_beside_the_field_and_the_name_is_kept(size, visit):
    visitor = visit(size)
    visitor.open("/sign-in")
    page = visitor.page
    page.get_by_label("Sign-in name").fill("nobody-of-that-name")
    page.get_by_label("Password", exact=True).fill("not it")
    visitor.press("Sign in")
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert page.get_by_label("Sign-in name").input_value() == "nobody-of-that-name"
    assert visitor.look() == []


def test_signing_out_leaves_nothing_open(visit, council):
    visitor = visit("phone").as_(council.person("officer"))
    visitor.open("/")
    visitor.press("Sign out Sample Officer")
    visitor.open("/")
    expect(visitor.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
