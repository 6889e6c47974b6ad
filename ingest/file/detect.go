package file

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Format is how rows are written.
type Format string

// The formats; "" is found out by the content.
const (
	NDJSON  Format = "ndjson"
	CSV     Format = "csv"
	Parquet Format = "parquet"
)

// Compression is how a whole file is compressed.
type Compression string

// The compressions; "" is found out by the content.
const (
	Plain Compression = "none"
	Gzip  Compression = "gzip"
	Zstd  Compression = "zstd"
)

// bufferSize of what is read ahead, and maxWindow of what zstd may ask for.
const (
	bufferSize = 1 << 18
	maxWindow  = 128 << 20
)

// decompress returns the text within a file.
func decompress(in io.Reader, stated Compression) (*bufio.Reader, Compression, error) {
	buffered := bufio.NewReaderSize(in, bufferSize)
	head, _ := buffered.Peek(4) // shorter files have no magic
	found := Plain
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		found = Gzip
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		found = Zstd
	}
	if stated != "" && stated != found {
		return nil, found, fmt.Errorf("compression %s was stated, but the content is %s", stated, found)
	}
	switch found {
	case Gzip:
		r, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, found, fmt.Errorf("gzip: %w", err)
		}
		return bufio.NewReaderSize(explained{r, "gzip"}, bufferSize), found, nil
	case Zstd:
		r, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, found, fmt.Errorf("zstd: %w", err)
		}
		return bufio.NewReaderSize(explained{r, "zstd"}, bufferSize), found, nil
	}
	return buffered, found, nil
}

// explained says what kind of data ended too early or is damaged.
type explained struct {
	io.Reader
	what string
}

func (e explained) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	switch {
	case err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("the %s data end too early: the file was cut off", e.what)
	default:
		err = fmt.Errorf("the %s data are damaged: %w", e.what, err)
	}
	return n, err
}

// foreign are beginnings of files that hold no rows for us, with the remedy.
var foreign = []struct{ magic, what string }{
	{"\xff\xfe", "UTF-16 text: convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8"},
	{"\xfe\xff", "UTF-16 text: convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8"},
	{"PK\x03\x04", "a zip archive or a spreadsheet: unpack it, or save it as CSV"},
	{"BZh", "bzip2: decompress it, or use gzip or zstd"},
	{"\xfd7zXZ", "xz: decompress it, or use gzip or zstd"},
	{"\x04\x22\x4d\x18", "lz4: decompress it, or use gzip or zstd"},
	{"Obj\x01", "Avro: convert it to Parquet or NDJSON"},
	{"ORC", "ORC: convert it to Parquet"},
	{"ARROW1", "an Arrow file (Feather): write Parquet instead"},
	{"SQLite format 3", "a SQLite database: export the table as CSV"},
	{"\x89HDF", "HDF5: write Parquet instead"},
	{"\x80\x04", "a Python pickle: write Parquet instead"},
	{"\x80\x05", "a Python pickle: write Parquet instead"},
}

// parquetMagic stands at both ends of a Parquet file.
const parquetMagic = "PAR1"

var byteOrderMark = []byte("\xef\xbb\xbf")

// detect tells the format by the beginning of the text, and takes a byte order
// mark away.
func detect(text *bufio.Reader, stated Format) (Format, error) {
	head, err := text.Peek(512)
	if len(head) == 0 && err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty")
		}
		return "", err
	}
	if bytes.HasPrefix(head, []byte(parquetMagic)) {
		if stated != "" && stated != Parquet {
			return "", fmt.Errorf("format %s was stated, but the content is parquet", stated)
		}
		return Parquet, nil
	}
	if stated == Parquet {
		return "", fmt.Errorf("format parquet was stated, but the file begins with %q, not %q", head[:min(4, len(head))], parquetMagic)
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return "", fmt.Errorf("it is %s", f.what)
		}
	}
	if at := bytes.IndexByte(head, 0); at >= 0 {
		return "", fmt.Errorf("binary data (a zero byte at %d): want NDJSON, CSV or Parquet", at)
	}
	if bytes.HasPrefix(head, byteOrderMark) {
		head = head[len(byteOrderMark):]
		_, _ = text.Discard(len(byteOrderMark)) // they were peeked at
	}
	first := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case stated != "":
		return stated, nil
	case bytes.HasPrefix(first, []byte("{")):
		return NDJSON, nil
	case bytes.HasPrefix(first, []byte("[")):
		return "", errors.New("it is one JSON array: write one object a line, e.g. with jq -c '.[]'")
	case len(first) == 0:
		return "", errors.New("there is nothing but white space at its beginning")
	}
	return CSV, nil
}
