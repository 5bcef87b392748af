"""Tools and cases with what edits stumble over: nothing at all, every script, odd names, nesting, twins, choices."""

from __future__ import annotations

from ragtune.tools import Accept, Case, Cases, Example, ExpectedCall, Tool, ToolSet

_WHERE = {
    "type": "object",
    "description": "Where to look.",
    "properties": {
        "city": {"type": "string", "description": "A city, e.g. Köln. Or a town.", "title": "City"},
        "geo": {
            "type": "object",
            "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
            "required": ["lat"],
        },
    },
    "required": ["city"],
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "where": _WHERE,
        "mode": {"type": "string", "enum": ["now", "später", ""], "default": "now", "description": "When."},
        "description": {"$ref": "#/$defs/Text"},
        "rows[]": {"type": "array", "items": {"type": "object", "properties": {"n": {"enum": [1, None]}}}},
    },
    "required": ["where"],
    "$defs": {"Text": {"type": "string", "maxLength": 9, "description": "Free **text**."}},
}
TOOLSET = ToolSet((
    Tool(
        name="plain", title="Plain", description="# Weather\n\nTells the weather, e.g. rain, of `one` place. More:\n- *a*\n- b",
        input_schema=_SCHEMA, when_not_to_use="The past.", tags=("a", "b"), index_text="rain", server="Wetter Dienst",
        examples=(Example(query="Regen in Köln?", arguments={"where": {"city": "Köln"}, "mode": "now"}), Example(query="🌧?")),
    ),
    Tool(
        name="getPlainHTTP", description="Tells the weather, e.g. rain, of one place. More: a b", input_schema=_SCHEMA,
        server="x",
    ),
    Tool(
        name="日本", description="天気を伝える。雨も。",
        input_schema={"type": "object", "properties": {"都市": {"type": "string"}}},
    ),
    Tool(name="a.b-c", id="twin", description=" \n "), Tool(name="a_b_c", description="e\u0301 \U0001f327\u200d \u202e. Then."),
    Tool(name="none", input_schema={}), Tool(name="true", input_schema={"type": "object", "properties": {"x": True}}),
    Tool(name="ruled", input_schema={"type": "object", "properties": {"userId": {}}, "anyOf": [{"required": ["userId"]}, {}]}),
))  # fmt: skip
"""The empty mode and the one with an umlaut have to become names."""

_NOW = ExpectedCall(tool="plain", arguments={"mode": Accept(any_of=("now",), optional=True)})
POOL = Cases((
    Case(id="1", query="Regen in Köln?", calls=(_NOW,)), Case(id="2", query="雨は？", calls=(ExpectedCall(tool="日本"),)),
    Case(id="3", query="both", calls=(ExpectedCall(tool="twin"), _NOW)), Case(id="4", query="nothing fits"),
    Case(id="5", query="line\nends\r\nhere", calls=(ExpectedCall(tool="none", alternatives=("true",)),)),
))  # fmt: skip
