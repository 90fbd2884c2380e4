"""What a model is told of a tool is short, and allows the same."""

from typing import Any

from agent.models.port import ToolSpec
from agent.tool_schemas import compact, told_once
from tools.catalog import build_registry
from tools.policy import Surface


def test_titles_and_the_null_of_what_may_be_left_out_are_not_told() -> None:
    schema = {
        "title": "Wish",
        "type": "object",
        "properties": {
            "title": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}], "default": None},
            "needed": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Needed"},
            "either": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}], "default": None},
            "list": {"type": "array", "items": {"title": "Item", "$ref": "#/$defs/Item"}},
        },
        "$defs": {"Item": {"title": "Item", "enum": ["title", "default"]}},
        "required": ["needed"],
    }
    assert compact(schema) == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 5},
            "needed": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "either": {"anyOf": [{"type": "string"}, {"type": "number"}]},
            "list": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
        },
        "$defs": {"Item": {"enum": ["title", "default"]}},
        "required": ["needed"],
    }


def test_every_tool_keeps_its_parameters() -> None:
    def names(schema: dict[str, Any]) -> dict[str, set[str]]:
        defined = {name: set(each.get("properties", ())) for name, each in schema.get("$defs", {}).items()}
        return {"": set(schema.get("properties", ())), **defined}

    for each in build_registry().served(Surface.MODEL):
        schema = each.params.model_json_schema(by_alias=True)
        assert names(compact(schema)) == names(schema), each.name


def test_what_two_tools_take_is_written_out_once() -> None:
    one, other, third = (
        ToolSpec(name, "", {"type": "object", "properties": {"value": {"type": "number"}}})
        for name in ("alert_create", "alert_preview", "market_price")
    )
    told = told_once([one, other, third])
    assert (told[0], told[2]) == (one, third)
    assert (told[1].name, told[1].parameters["properties"]) == ("alert_preview", {})
    assert "alert_create" in told[1].parameters["description"]
    assert told_once([other, third]) == (other, third)


def test_what_a_tool_takes_besides_is_told_with_all_that_it_refers_to() -> None:
    def spec(name: str, *own: str) -> ToolSpec:
        of_kind = {each: {"$ref": f"#/$defs/{each.title()}"} for each in own}
        kinds = {"Pair": {"type": "string"}, "Grid": {"items": {"$ref": "#/$defs/Step"}}, "Step": {}}
        parameters = {
            "properties": of_kind,
            "$defs": kinds,
            "required": ["pair"],
            "additionalProperties": False,
        }
        return ToolSpec(name, "", parameters)

    run, optimize = told_once([spec("backtest_run", "pair"), spec("backtest_optimize", "pair", "grid")])
    assert run == spec("backtest_run", "pair")
    told = dict(optimize.parameters)
    assert "backtest_run" in told.pop("description")
    assert told == {
        "properties": {"grid": {"$ref": "#/$defs/Grid"}},
        "$defs": {"Grid": {"items": {"$ref": "#/$defs/Step"}}, "Step": {}},
        "required": ["pair"],
    }
