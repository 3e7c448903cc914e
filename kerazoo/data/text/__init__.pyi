from .date_pairs import dates
from .early_reading import read_early
from .labelled_columns import LabelledColumns
from .labelled_columns import find_columns
from .labelled_text import LabelledText
from .labelled_text_files import labelled_files
from .loading import load_labelled
from .loading import load_parallel
from .loading import load_plain
from .loading import load_prompted
from .loading import load_unlabelled
from .packed_lines import pack_lines
from .parallel_tables import ParallelTable
from .parallel_tables import parallel_table
from .parallel_text import ParallelText
from .parallel_text_files import parallel_files
from .plain_text import PlainText
from .plain_text_file import text_file
from .prompted_text_files import is_prompted
from .prompted_text_files import prompted_files
from .python_help import python_topics
from .text_lines import read_lines
from .text_tables import read_table
from .text_windows import token_windows
from .tfds_text import tfds_labelled
from .tfds_text import tfds_parallel
from .tfds_text import tfds_plain
from .token_buckets import TokenBuckets
from .token_masks import TokenMasks
from .token_masks import hide_tokens
from .unlabelled_text import UnlabelledText
from .unlabelled_text_files import unlabelled_files

__all__ = [
    "LabelledColumns",
    "LabelledText",
    "ParallelTable",
    "ParallelText",
    "PlainText",
    "TokenBuckets",
    "TokenMasks",
    "UnlabelledText",
    "dates",
    "find_columns",
    "hide_tokens",
    "is_prompted",
    "labelled_files",
    "load_labelled",
    "load_parallel",
    "load_plain",
    "load_prompted",
    "load_unlabelled",
    "pack_lines",
    "parallel_files",
    "parallel_table",
    "prompted_files",
    "python_topics",
    "read_early",
    "read_lines",
    "read_table",
    "text_file",
    "tfds_labelled",
    "tfds_parallel",
    "tfds_plain",
    "token_windows",
    "unlabelled_files",
]
