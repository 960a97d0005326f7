"""Reads an exported table as the data set's own usage snippet does, with pandas, and prints what it found as JSON.

Usage: python csv_pandas.py EXPORT.csv      (needs pandas)

Beside it stand csv_export.csv, an export of the program, and csv_pandas.json, what this script prints for it; a test of
the program exports the same table again and holds its own marks to what pandas found, number by number.
"""

import json
import sys

import pandas

table = pandas.read_csv(sys.argv[1])
normal = table[table["lesion_type"] == "No finding"]
abnormal = table[table["lesion_type"] != "No finding"]
columns = ["xmin", "ymin", "xmax", "ymax"]
found = {
    "pandas": pandas.__version__,
    "columns": list(table.columns),
    "rows": len(table),
    "normal_images": sorted(normal["image_id"].unique()),
    "normal_coordinates_missing": bool(normal[columns].isna().all().all()),
    "count_by_label": table["lesion_type"].value_counts().sort_index().to_dict(),
    # Exact: a float in hexadecimal has one value.
    "boxes": [
        [row["image_id"], row["rad_id"], row["lesion_type"], *(float(row[c]).hex() for c in columns)]
        for _, row in abnormal.iterrows()
    ],
}
json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
print()
