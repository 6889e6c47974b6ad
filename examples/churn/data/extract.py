"""Makes mlc_churn.csv.gz from the Debian package r-cran-modeldata.

    apt-get download r-cran-modeldata=1.1.0-1
    dpkg-deb -x r-cran-modeldata_1.1.0-1_all.deb package
    pip install rdata==1.1.0
    python extract.py package/usr/lib/R/site-library/modeldata/data/Rdata mlc_churn.csv.gz
"""

import gzip
import lzma
import sys

import rdata


def extract(database: str, path: str) -> None:
    # An R lazy-load database: the index says where each object lies, compressed.
    index = rdata.read_rds(database + ".rdx")
    offset, length = (int(n) for n in index["variables"]["mlc_churn"])
    with open(database + ".rdb", "rb") as f:
        f.seek(offset)
        packed = f.read(length)
    if packed[4:5] != b"Z":  # 4 bytes of length, 1 of compression
        raise ValueError(f"{database}.rdb: compression {packed[4:5]!r}: want Z (LZMA)")
    body = lzma.decompress(packed[5:], format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    frame = rdata.conversion.convert(rdata.parser.parse_data(body))
    with gzip.GzipFile(path, "wb", mtime=0) as f:  # the same bytes each time
        f.write(frame.to_csv(index=False).encode())


if __name__ == "__main__":
    extract(*sys.argv[1:])
