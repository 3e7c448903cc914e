"""Sections `Call arguments:` of layers, as lists like those of `Args:`."""

import re

import griffe


class CallArguments(griffe.Extension):
    """Tells griffe that they are parameters, under a title of their own."""

    def on_object(self, *, obj, **kwargs):
        if obj.docstring:
            obj.docstring.value = re.sub(
                r"^Call arguments:$",
                "Other Parameters: Call arguments:",
                obj.docstring.value,
                flags=re.MULTILINE,
            )
