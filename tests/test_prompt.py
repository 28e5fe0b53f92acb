"""What the prompt shows of each result, on the drawn continent: the first thing that anybody reads."""

import corridors as cx


def test_a_network_counts_what_it_has(toy: cx.Network) -> None:
    assert repr(toy) == (
        "<Network 'toy' (baseline, as of 2026-01-01): 35 nodes, 36 edges, 5,200 km operating, 510 km not operating, 12 lines>"
    )
    said = str(toy.report())
    assert "1 islands, 50 km" in said  # Isle - Islet
    assert "3 of 3 gauge changes without a terminal" in said


def test_routes_are_a_line_each(toy: cx.Network) -> None:
    line = "<Route 'via BBB': 1,000 km, 37 h, AAA > BBB > CCC, 2 borders (2 on land), 0 gauge breaks, 0 transfers>"
    assert repr(cx.route(toy, "Alpha", "Charlie", modes=["rail"])) == line
    both = cx.alternatives(toy, "Alpha", "Charlie", k=2, modes=["rail"], max_detour=3)
    assert repr(both) == "\n".join(map(repr, both))
    assert repr(both).startswith(line)
    assert len(repr(both).splitlines()) == 2


def test_tables_are_shown_with_their_figures(toy: cx.Network) -> None:
    shut = repr(cx.criticality(toy, [("Alpha", "Charlie")], modes="rail")).splitlines()
    assert "crossing:one" in shut[1]
    assert shut[1].split()[-1] == "50.0"  # hours more by Delta
    assert repr(cx.isolation(toy, "BBB", targets=["Aleph"])) == "<Isolation of BBB: 2 gates must shut: One, Two>"
    far, *_, near = repr(cx.access(toy, ["Coral"], modes=["rail"])).splitlines()[1:]
    assert far.split()[:5] == ["twin-a", "Twin", "AAA", "Coral", "76.2"]  # the farthest first
    assert near.split()[4] == "0.0"
    drawn = repr(cx.simulate(toy, [("Alpha", "Charlie")], n=20, seed=1))
    assert "via BBB" in drawn
    assert "time_h_p50" in drawn


def test_a_comparison_and_a_model_say_what_they_rest_on(toy: cx.Network) -> None:
    assert repr(cx.cost_model("simple", cargo="feu")).startswith("<CostModel 'simple' (assumed)")
    assert repr(cx.cost_model("simple", cargo="feu")).endswith("typical values for one feu>")
    said = repr(cx.compare(toy, [("Alpha", "Charlie")], avoid=["BBB"], modes=["rail"]))
    assert "avoiding BBB" in said
    assert "via DDD" in said
