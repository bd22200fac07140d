"""`downdate serve` dies by SIGKILL after each effect and before its row; one tracked copy, or none, is left."""

from policies.lifecycle import State
from policies.terms import Channel
from tests.stories.processes import until

WORDING = (
    "We would like to speak to this person in this picture.\n\n"
    "If you know who it is, please write to comms@dartford.gov.uk."
)


def test_on_facebook_each_death_leaves_one_tracked_post_or_none(here):
    facebook, graph = Channel.FACEBOOK, here.here.graph
    refs = []

    def publish():
        refs.append(here.publish("image_appeal", channels=["facebook"]))

    with here.serve() as daemon:
        here.ready()
        here.dies_after_effect(daemon, facebook, "POST", "/photos", publish)
    (ref,) = refs
    assert [row.platform_id for row in here.rows(ref, facebook)] == [None]

    with here.serve() as daemon:
        here.dies_after_effect(daemon, facebook, "POST", "/feed")
    (copy,) = here.copies(ref, facebook)
    assert copy.visible
    assert copy.id not in {row.platform_id for row in here.rows(ref, facebook)}

    with here.serve() as daemon:
        until(lambda: here.live(ref, facebook), "the post is adopted")
        assert here.copies(ref, facebook) == [copy]
        here.dies_after_effect(daemon, facebook, "POST", f"/{copy.id}", lambda: here.amend(ref, body=WORDING))
    assert "this person" in copy.fields["text"]
    assert here.posts(ref, facebook)[0].shown_revision == 1

    with here.serve() as daemon:
        until(lambda: here.live(ref, facebook, revision=2), "the edit is read back")
        assert len(copy.fields["history"]) == 1
        here.dies_after_effect(daemon, facebook, "DELETE", f"/{copy.id}", lambda: here.retract(ref))
    assert not copy.visible
    assert here.posts(ref, facebook)[0].state is State.REMOVING

    with here.serve() as daemon:
        here.dies_after_effect(daemon, facebook, "DELETE", f"/{copy.fields['photos'][0]}")
    assert not graph.objects[copy.fields["photos"][0]].visible
    assert here.posts(ref, facebook)[0].state is State.REMOVING

    with here.serve():
        until(lambda: here.down(ref), "all is proven gone")
    assert here.copies(ref, facebook) == [copy]
    here.check_end(ref)


def test_on_instagram_each_death_leaves_one_tracked_post_or_none(here):
    instagram = Channel.INSTAGRAM
    with here.serve(dies_after=r"os\.rename .*/h/\w+\.jpg$") as daemon:
        here.ready()
        ref = here.publish(channels=["instagram"])
        daemon.died()
    (hosted,) = (here.site / "h").glob("*.jpg")
    assert [row.platform_id for row in here.rows(ref, instagram)] == [f"h/{hosted.name}"]

    with here.serve() as daemon:
        here.dies_after_effect(daemon, instagram, "POST", "/media")
    assert here.copies(ref, instagram) == []
    assert [row.platform_id for row in here.rows(ref, instagram) if row.kind == "container"] == [None]

    with here.serve() as daemon:
        here.dies_after_effect(daemon, instagram, "POST", "/media_publish")
    (copy,) = here.copies(ref, instagram)
    assert copy.visible
    assert copy.id not in {row.platform_id for row in here.rows(ref, instagram)}
    assert list((here.site / "h").glob("*.jpg")) == []

    with here.serve() as daemon:
        until(lambda: here.live(ref, instagram), "the post is adopted")
        assert not copy.fields["comments"]
        here.dies_after_effect(daemon, instagram, "DELETE", f"/{copy.id}", lambda: here.retract(ref))
    assert not copy.visible

    with here.serve() as daemon:
        until(lambda: here.down(ref), "all is proven gone")
        again = []
        here.dies_after_effect(
            daemon,
            instagram,
            "POST",
            "/v26.0/1",
            lambda: again.append(here.publish(channels=["instagram"], case_ref="EH/1")),
        )
    (second,) = here.copies(again[0], instagram)
    assert not second.fields["comments"]

    with here.serve():
        until(lambda: here.live(again[0], instagram), "the second post is adopted")
        here.retract(again[0])
        until(lambda: here.down(again[0]), "the second post is proven gone")
    assert here.copies(ref, instagram) == [copy]
    assert here.copies(again[0], instagram) == [second]
    here.check_end(ref, again[0])


def test_on_x_each_death_leaves_one_tracked_post_or_none(here):
    x = Channel.X
    refs = []
    with here.serve() as daemon:
        here.ready()
        here.dies_after_effect(
            daemon, x, "POST", "/2/tweets", lambda: refs.append(here.publish(channels=["website", "x"]))
        )
    (ref,) = refs
    (copy,) = here.copies(ref, x)
    assert copy.visible
    assert [row.platform_id for row in here.rows(ref, x)] == [None]

    with here.serve() as daemon:
        until(lambda: here.live(ref, x), "the post is adopted")
        here.dies_after_effect(daemon, x, "DELETE", f"/2/tweets/{copy.id}", lambda: here.retract(ref))
    assert not copy.visible
    assert here.posts(ref, x)[0].state is State.REMOVING

    with here.serve():
        until(lambda: here.down(ref), "all is proven gone")
    assert here.copies(ref, x) == [copy]
    here.check_end(ref)


def test_on_the_website_each_death_leaves_one_tracked_page_or_none(here):
    website = Channel.WEBSITE
    page_pattern = r"/n/(?!probe-)\w+/index\.html$"

    def pages():
        return sorted(each.name for each in (here.site / "n").iterdir() if not each.name.startswith("probe-"))

    def written():
        return {path.name for path in here.page(ref).parent.iterdir()}

    with here.serve(dies_after=r"os\.rename .*/n/(?!probe-)\w+/[\w-]+\.jpg$") as daemon:
        here.ready()
        ref = here.publish("image_appeal", channels=["website"])
        daemon.died()
    (picture,) = written()
    assert here.posts(ref, website)[0].state is State.POSTING

    with here.serve(dies_after=rf"os\.rename .*{page_pattern}") as daemon:
        daemon.died()
    assert written() == {"index.html", picture}
    assert here.posts(ref, website)[0].state is State.POSTING

    with here.serve(dies_after=r"os\.rename .*/feed\.atom$") as daemon:
        daemon.died()
    assert here.page(ref).parent.name in (here.site / "feed.atom").read_text()

    with here.serve(dies_after=rf"os\.rename .*{page_pattern}") as daemon:
        until(lambda: here.live(ref, website), "the page is adopted")
        assert written() == {"index.html", picture}
        here.amend(ref, body=WORDING)
        daemon.died()
    assert "this person" in here.page(ref).read_text()
    assert here.posts(ref, website)[0].shown_revision == 1

    with here.serve(dies_after=rf"os\.truncate .*{page_pattern}") as daemon:
        until(lambda: here.live(ref, website, revision=2), "the edit is read back")
        assert pages() == [here.page(ref).parent.name]
        here.retract(ref)
        daemon.died()
    assert here.page(ref).read_bytes() == b""

    for step in (rf"os\.remove .*{page_pattern}", rf"os\.rename .*/\.gone{page_pattern}"):
        with here.serve(dies_after=step) as daemon:
            daemon.died()
        assert not here.page(ref).exists()
        assert here.posts(ref, website)[0].state is State.REMOVING

    with here.serve():
        until(lambda: here.down(ref), "all is proven gone")
    assert pages() == []
    here.check_end(ref)
