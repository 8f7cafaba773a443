"""Run by an interpreter that has pm4py (AGPL: in an environment of its own, never in ours): counts
what pm4py reads in two logs. Imports nothing of this project."""

import json
import sys

import pm4py


def counts(xes: str, ocel: str) -> dict[str, object]:
    """Cases, events, activities; objects by type and relations."""
    frame = pm4py.read_xes(xes)
    log = pm4py.read_ocel2_json(ocel)
    graph, starts, ends = pm4py.discover_dfg(frame)
    del starts, ends
    net = pm4py.discover_petri_net_inductive(frame)
    return {
        "version": pm4py.__version__,
        "cases": int(frame["case:concept:name"].nunique()),
        "events": len(frame),
        "activities": sorted(frame["concept:name"].unique()),
        "resources": sorted(frame["org:resource"].unique()),
        "first": frame["time:timestamp"].min().isoformat(),
        "follows": len(graph),
        "net": len(net[0].transitions) > 0,
        "ocel_events": len(log.events),
        "ocel_objects": log.objects["ocel:type"].value_counts().to_dict(),
        "ocel_relations": len(log.relations),
        "ocel_activities": sorted(log.events["ocel:activity"].unique()),
    }


if __name__ == "__main__":
    print(json.dumps(counts(sys.argv[1], sys.argv[2])))  # noqa: T201
