"""The layout: nothing lies on anything else, and every arrow ends on its boxes."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from machines.exports.layered import Layout, Link, Node, Place, layered

SIZES = st.floats(min_value=20, max_value=160).map(lambda x: round(x, 1))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Link]]:
    """Up to twelve boxes and any arrows between different ones, each way at most once."""
    count = draw(st.integers(min_value=1, max_value=12))
    nodes = [Node(f"s{i}", draw(SIZES), draw(SIZES)) for i in range(count)]
    pairs = [(a.key, b.key) for a in nodes for b in nodes if a is not b]
    some = st.lists(st.sampled_from(pairs), unique=True, max_size=20) if pairs else st.just([])
    return nodes, [Link(*ends, draw(SIZES), draw(SIZES)) for ends in draw(some)]


def check(nodes: list[Node], links: list[Link], layout: Layout) -> None:
    """Every promise of a layout."""
    assert set(layout.boxes) == {node.key for node in nodes}
    assert len(layout.routes) == len(links)
    everything = [*layout.boxes.values(), *(route.label for route in layout.routes)]
    for one, other in combinations(everything, 2):
        assert not overlap(one, other)
    for place in everything:
        assert place.x >= -0.2
        assert place.x + place.width <= layout.width + 0.2
        assert -0.2 <= place.y <= layout.height + 0.2
    for route in layout.routes:
        for name, point in (
            (route.link.source, route.points[0]),
            (route.link.target, route.points[-1]),
        ):
            assert on_edge(layout.boxes[name], point), (route.link, point)
        for a, b in zip(route.points, route.points[1:], strict=False):
            middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            for box in layout.boxes.values():
                assert not inside(box, middle), (route.link, middle, box)


def overlap(one: Place, other: Place) -> bool:
    """Whether two rectangles share more than a border."""
    return (
        one.x + one.width > other.x + 0.3 and other.x + other.width > one.x + 0.3
        and one.y + one.height > other.y + 0.3 and other.y + other.height > one.y + 0.3
    )  # fmt: skip


def inside(box: Place, point: tuple[float, float]) -> bool:
    """Whether a point lies within a box, its border left out."""
    x, y = point
    within_x = box.x + 0.3 < x < box.x + box.width - 0.3
    return within_x and box.y + 0.3 < y < box.y + box.height - 0.3


def on_edge(box: Place, point: tuple[float, float]) -> bool:
    """Whether a point lies on the upper or lower side of a box."""
    x, y = point
    sides = (box.y, box.y + box.height)
    return box.x - 0.3 <= x <= box.x + box.width + 0.3 and min(abs(y - s) for s in sides) < 0.3


@given(graphs())
def test_nothing_overlaps_and_every_arrow_ends_on_its_boxes(
    graph: tuple[list[Node], list[Link]],
) -> None:
    nodes, links = graph
    check(nodes, links, layered(nodes, links))


@given(graphs())
def test_the_same_graph_gives_the_same_picture(graph: tuple[list[Node], list[Link]]) -> None:
    assert layered(*graph) == layered(*graph)


def test_reading_begins_at_the_top() -> None:
    nodes = [Node("a", 60, 30), Node("b", 60, 30), Node("c", 60, 30)]
    links = [Link("a", "b", 40, 16), Link("b", "c", 40, 16), Link("c", "a", 40, 16)]
    boxes = layered(nodes, links).boxes
    assert boxes["a"].y < boxes["b"].y < boxes["c"].y
