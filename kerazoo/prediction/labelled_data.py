"""Which data an export is to be measured by."""

import dataclasses
import typing

from kerazoo.prediction.inputs import Columns
from kerazoo.prediction.inputs import open_inputs
from kerazoo.prediction.row import Inputs


@dataclasses.dataclass(frozen=True)
class LabelledData:
    """What `kerazoo.prediction.open_labelled` is asked for.

    Args:
        metadata: What was noted about the export.
        dataset: Name of the dataset; None for files.
        data_dir: Folder or file of the dataset, or None.
        columns: Columns of tables.
        part: `"test"` or `"all"`.

    Example:

    ```python
    data = LabelledData(metadata, None, "films.csv", Columns(), part="all")
    ```
    """

    metadata: dict[str, typing.Any]
    dataset: str | None
    data_dir: str | None
    columns: Columns
    part: str

    def open_files(self) -> Inputs:
        """Reads `data_dir` as `kerazoo.prediction.open_inputs` does.

        Raises:
            OSError: If a file is missing.
            ValueError: If a file is not as it should be.
        """
        data_dir = self.data_dir or ""
        return open_inputs(self.metadata, data_dir, self.columns, name="data_dir")
