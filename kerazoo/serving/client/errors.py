"""What a server says when it does not answer."""


class ServingError(Exception):
    """A request that a server refused, or did not answer.

    Args:
        code: str. Name of the gRPC status code, such as `"NOT_FOUND"`; HTTP's are
            translated.
        details: str. The server's words, or what hinders the connection.
        request: str. What was asked of whom.

    Example:

    ```python
    error = ServingError("NOT_FOUND", "no such model", "localhost:8501, model cars")
    str(error)  # "localhost:8501, model cars: NOT_FOUND: no such model"
    ```
    """

    def __init__(self, code: str, details: str, request: str = ""):
        self.code = code
        self.details = " ".join(details.split())
        self.request = request
        where = f"{request}: " if request else ""
        super().__init__(f"{where}{code}: {self.details}")
