"""From data of any kind to blocks of standardized rows: nothing here trains."""
