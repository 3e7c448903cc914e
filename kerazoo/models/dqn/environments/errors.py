"""Errors of making an environment that already say all there is to say."""


class CannotMakeError(ValueError):
    """An environment that cannot be made as asked; its message is for the person.

    Example:

    ```python
    from kerazoo.models.dqn import environments

    try:
        environments.make("CartPole-v1", life_loss=True)
    except ValueError as error:
        type(error).__name__  # "CannotMakeError"
    ```
    """
