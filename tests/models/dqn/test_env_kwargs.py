import pytest

from kerazoo.models.dqn.env_kwargs import parse_env_kwargs


@pytest.mark.parametrize(
    ("text", "kwargs"),
    [
        ("", {}),
        ("{}", {}),
        ('{"a": [1, "b"]}', {"a": [1, "b"]}),
        ("{'a': True}", {"a": True}),
        ("is_slippery=False", {"is_slippery": False}),
        ("is_slippery=false", {"is_slippery": False}),
        ("map_name=8x8, is_slippery=true", {"map_name": "8x8", "is_slippery": True}),
        ("size=3,rate=1e-3,seed=None", {"size": 3, "rate": 1e-3, "seed": None}),
        ("goal=null", {"goal": None}),
        ("desc=['SF','FG'],x=\"a,b\"", {"desc": ["SF", "FG"], "x": "a,b"}),
        ("where=(1, 2)", {"where": (1, 2)}),
        ("equation=a=b", {"equation": "a=b"}),
    ],
)
def test_keyword_arguments(text, kwargs):
    assert parse_env_kwargs(text) == kwargs


@pytest.mark.parametrize(
    "text", ["[1]", "{", "3", "{1: 2}", "a", "a=1,b", "a=,b=1", "2a=1", "=1", "a=x,y"]
)
def test_what_is_neither_is_refused(text):
    with pytest.raises(ValueError, match="JSON object.* Received: env_kwargs=") as e:
        parse_env_kwargs(text)
    assert str(e.value).endswith(f"env_kwargs={text}")
