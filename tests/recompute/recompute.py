#!/usr/bin/env python3
"""Recomputes findings from what they show, sharing no code with the program that made them.

Reads one JSON object a line: subject_kind, subject_code, division_code, outcome, as_of, detail (a finding as stored).
Every comparison is done again from its inputs; ends with 1 when anything does not agree, or nothing was there to check.
"""
import json
import math
import sys
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta

ROUNDING = 1e-9  # documented at Compare::room: closer than this, relative to the threshold, two numbers are the same
CONSERVED_M2 = 0.01  # the parts of an approval make up the whole to this
SHARES = dict(pair.split("=") for pair in """
plot_ratio=counting_floor_area/site_area building_density=footprint_area/site_area built_share=built_land_area/site_area
developed_share=developed_area/due_area invested_share=invested_amount/total_investment green_share=green_area/site_area
office_land_share=office_land_area/site_area office_floor_share=office_floor_area/counting_floor_area
tax_per_mu_one_year=tax_one_year/occupied_area tax_per_mu_three_years=tax_three_years/occupied_area
occupied_land=occupied_area grade_d_years=grade_d_years""".split())  # what is divided by what
class Mismatch(Exception): pass

def agree(what, shown, ours):
    number = type(shown) in (int, float) and type(ours) in (int, float)
    if not (math.isclose(shown, ours, rel_tol=1e-12, abs_tol=1e-12) if number else shown == ours):
        raise Mismatch(f"{what}: shown {shown!r}, recomputed {ours!r}")

def room(compare, value, limit):
    left = value - limit if compare == "at_least" else limit - value
    return 0.0 if abs(left) <= ROUNDING * abs(limit) else left

def add_years(day, years):  # 29 February has its anniversary on the 28th
    return day.replace(year=day.year + years, day=min(day.day, monthrange(day.year + years, day.month)[1]))

def begun(inputs, as_of):
    """Whether construction had begun on that day, by the records shown."""
    state, start = inputs["construction"], inputs.get("actual_start_on")
    seen = state["observed_on"] is not None and date.fromisoformat(state["observed_on"]) <= as_of
    return state["value"] != "not_started" and (seen or date.fromisoformat(start["value"]) <= as_of)

def measured_value(name, inputs, as_of):
    """The measured value from the inputs alone, not from `measured`."""
    value = {fact: used["value"] for fact, used in inputs.items()}
    if name in SHARES:
        above, _, below = SHARES[name].partition("/")
        return value[above] / (value[below] / (2000 / 3 if name.startswith("tax") else 1) if below else 1)  # 1 亩 = 2000/3 m²
    if name == "site_coverage":
        return math.fsum(value[part] for part in ("footprint_area", "structures_area", "yard_area")) / value["site_area"]
    if name == "unsupplied_area":
        parts = [value[f] for f in ("supplied_overlap_area", "deducted_area", "sliver_area", "leftover_area")]
        if abs(math.fsum(parts) - value["approved_ground_area"]) > CONSERVED_M2:
            raise Mismatch(f"area is not conserved: {parts} do not make {value['approved_ground_area']}")
        return parts[-1]
    if name == "days_past_agreed_start":
        if "construction" in inputs and begun(inputs, as_of):
            return 0
        if (overdue := (as_of - date.fromisoformat(value["agreed_start_on"])).days) > 0 and "construction" not in inputs:
            raise Mismatch("overdue, but no record says that construction has not begun")
        return max(overdue - value.get("suspended_days", 0), 0)
    raise Mismatch(f"unknown measure {name}")

def step_value(step, inputs):
    for part in (part for part in step["operands"] if "name" in part):
        agree(f"operand {part['name']}", part.get("value", part.get("on", part.get("state"))), inputs[part["name"]]["value"])
    values = [part.get("value", part.get("on")) for part in step["operands"]]
    return {
        "divide": lambda: values[0] / values[1], "per_mu": lambda: values[0] / (values[1] * 3 / 2000),
        "is": lambda: values[0], "less": lambda: max(values[0] - values[1], 0), "none_once_started": lambda: 0,
        "sum": lambda: inputs.get("approved_ground_area", {"value": math.fsum(values)})["value"],  # an overlay rounds
        "days_since": lambda: max((date.fromisoformat(values[0]) - date.fromisoformat(values[1])).days, 0),
    }[step["operator"]]()

def threshold_value(threshold, inputs):
    if (source := threshold["derived_from"])["kind"] == "table":
        return round(source["base"]["value"] + source["plus"], 9)
    return inputs[source["name"]]["value"] if source["kind"] == "fact" else source["value"]["value"]

def check_stage(stage, inputs, as_of, overdue):
    """Overdue, then suspected, as the years of the parameters fill, later by the days that do not count."""
    ours = "overdue" if overdue else "started" if "construction" in inputs and begun(inputs, as_of) else "not_due"
    for parameter in stage["parameters"]:
        full = add_years(date.fromisoformat(inputs["agreed_start_on"]["value"]), int(parameter["value"]["value"]))
        full += timedelta(days=inputs["suspended_days"]["value"])
        later = {"idle_after": "suspected_idle", "reclaimable_after": "suspected_reclaimable"}[parameter["name"]]
        ours = later if full <= as_of else ours
    agree("stage", stage["stage"], ours)

def compared(detail, as_of):
    result, inputs = detail["result"], {used["name"]: used for used in detail["result"]["inputs"]}
    if any(used["value"] is False for used in inputs.values()):
        raise Mismatch("a condition does not hold, yet was compared")
    shown, threshold = result["measured"], result["threshold"]
    agree("measured", shown["value"], value := measured_value(shown["name"], inputs, as_of))
    agree("threshold", threshold["value"], limit := threshold_value(threshold, inputs))
    agree("unit", threshold["unit"], shown["unit"])
    for step in result["steps"]:
        agree("step", step["result"]["value"], step_value(step, inputs))
    agree("last step", result["steps"][-1]["result"]["value"], value)
    if not (threshold["effective_from"] or "") <= as_of.isoformat() < (threshold["effective_until"] or "9999-12-31"):
        raise Mismatch("the threshold was not in force on that day")
    if not (threshold["citation"]["quote"] or threshold["citation"]["paraphrase"]):
        raise Mismatch("the threshold cites no words of a clause")
    agree("margin", result["margin"]["value"], left := room(threshold["compare"], value, limit))
    if detail["stage"] and detail["stage"]["stage"] != "stopped":
        check_stage(detail["stage"], inputs, as_of, value)
    kept = left > 0 if threshold["compare"] == "below" else left >= 0
    ours = "met" if kept else "discretion" if detail["force"] == "guidance" else "unmet"
    agree("verdict", result["verdict"], ours)
    return ours

def not_applicable(detail, as_of):
    fact = (condition := detail["result"]["condition"])["fact"]
    value = condition["input"]["value"] if fact else None
    holds = {
        None: lambda: as_of.isoformat() in condition["label"],  # the rule was not in force, or nothing was on record, that day
        "withdrawn_on": lambda: date.fromisoformat(value) <= as_of, "approved_on": lambda: as_of < date.fromisoformat(value),
        "stopped_on": lambda: as_of < add_years(date.fromisoformat(value), 1), "construction": lambda: value != "started",
    }
    if not holds.get(fact, lambda: value is False)():
        raise Mismatch(f"not applicable because of {fact}, which is {value!r}")
    return "not_applicable"

def undetermined(detail, _as_of):
    missing = detail["result"]["missing"]
    if not (names := {what["name"] for what in missing if what["label"] and what["how"]}) or len(names) != len(missing):
        raise Mismatch(f"undetermined without saying what to find out, each once: {names}")
    return "undetermined"

def check(line):
    detail, as_of = line["detail"], date.fromisoformat(line["as_of"])
    ours = {f.__name__: f for f in (compared, not_applicable, undetermined)}[detail["result"]["type"]](detail, as_of)
    agree("outcome, and that of the row", [detail["outcome"], line["outcome"]], [ours, ours])
    agree("flagged", detail["flagged"], bool(detail["flag"]) and detail["force"] != "benchmark" and ours in ("unmet", "discretion"))

def main():
    counts, wrong = Counter(), 0
    for line in map(json.loads, filter(str.strip, sys.stdin)):
        try:
            check(line)
        except (Mismatch, KeyError, TypeError, ValueError, ZeroDivisionError, IndexError) as fault:
            wrong += 1
            print("MISMATCH", *map(line.get, ("division_code", "subject_kind", "subject_code")), line["detail"].get("rule"), repr(fault))
        counts[line["detail"].get("rule"), line["outcome"]] += 1
    print(*(f"{rule} {outcome}: {count}" for (rule, outcome), count in sorted(counts.items(), key=str)), sep="\n")
    print(f"{sum(counts.values())} findings recomputed, {wrong} do not agree")
    return 0 if counts and not wrong else 1

if __name__ == "__main__":
    sys.exit(main())
