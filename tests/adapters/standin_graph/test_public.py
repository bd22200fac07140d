"""What the public sees of Graph's stand-in, what it keeps, and that its table of switches is whole."""

import re
from datetime import timedelta
from pathlib import Path

import adapters.standin
from tests.adapters.contract import JPEG
from tests.adapters.standin_graph.graph import Graph


def test_the_public_pages_show_what_is_up_and_nothing_else():
    graph = Graph()
    assert b"Nothing is public." in graph.public("page").body
    staged = graph.photo(alt_text_custom='A "door"')["id"]
    assert graph.public(f"pictures/{staged}").status == 404
    post = graph.post("<script>Words</script>\nMore", staged)
    page = graph.public("page").body.decode()
    assert "&lt;script&gt;Words&lt;/script&gt;<br>More" in page
    assert 'alt="A &quot;door&quot;"' in page
    assert graph.public(f"page/{post}").status == 200
    assert graph.public(f"pictures/{staged}").body == JPEG
    graph.ok("DELETE", post)
    left = graph.public("page").body.decode()
    assert "Words" not in left
    assert f"/public/pictures/{staged}" in left
    graph.ok("DELETE", staged)
    assert b"Nothing is public." in graph.public("page").body
    assert graph.public(f"page/{post}").status == graph.public("elsewhere").status == 404


def test_everything_ever_made_is_kept_with_its_times():
    graph = Graph()
    post = graph.post()
    graph.clock.advance(timedelta(hours=1))
    graph.ok("DELETE", post)
    held = graph.standin.objects[post]
    assert held.deleted_at - held.created_at == timedelta(hours=1)


def test_every_switch_is_in_the_table_and_every_switch_in_the_table_exists():
    import adapters.standin.graph as documented

    folder = Path(adapters.standin.__file__).parent
    code = "\n".join(path.read_text() for path in folder.glob("graph*.py")).replace(documented.__doc__, "")
    used = set(re.findall(r'"([a-z0-9-]+)" (?:not )?in (?:self\.)?switches', code))
    used |= set(re.findall(r'\("(redelete-[a-z-]+)", ', code)) | set(re.findall(r'"(status-\d+)"', code))
    cells = [line.split("|")[3] for line in documented.__doc__.splitlines() if line.count("|") >= 4]
    told = {each for cell in cells for each in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", re.sub(r"\(.*?\)", "", cell))}
    assert told == used
