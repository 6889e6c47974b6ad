package file

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/driftd/driftd/ingest"
)

// Options say how to read a file; the zero value finds out by its content.
type Options struct {
	Topic       ingest.Topic // what rows are, and how the fields of an event are found in them
	Format      Format
	Compression Compression
	Comma       rune           // between the cells of CSV; 0 is ','
	Models      []ingest.Model // the kinds of their features decide what a cell of CSV is
	Model       string         // of rows that do not name one; its features may be columns by their bare names
	Version     string         // of predictions that do not name one
	MaxRow      int            // bytes; a longer line or record is reported instead of read
}

// File is an open file.
type File struct {
	Name string // as given; "-" is standard input
	Size int64

	file    *os.File
	spooled bool // a copy of standard input, ours to remove
	opened  os.FileInfo
}

// Open opens the file for reading; "-" copies standard input, which can be
// read only once, to a temporary file.
func Open(name string, stdin io.Reader) (*File, error) {
	if name == "-" {
		return spool(stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file: give a file, or - and pipe it in", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &File{Name: name, Size: info.Size(), file: f, opened: info}, nil
}

func spool(stdin io.Reader) (*File, error) {
	f, err := os.CreateTemp("", "driftd-stdin-")
	if err != nil {
		return nil, fmt.Errorf("copy standard input: %w", err)
	}
	file := &File{Name: "-", file: f, spooled: true}
	if file.Size, err = io.Copy(f, stdin); err == nil {
		file.opened, err = f.Stat()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("copy standard input to %s: %w", f.Name(), err), file.Close())
	}
	return file, nil
}

// Close closes the file.
func (f *File) Close() error {
	err := f.file.Close()
	if f.spooled {
		err = errors.Join(err, os.Remove(f.file.Name()))
	}
	return err
}

// Digest names what the file's rows become: the SHA-256, in hex, of its bytes
// as they are on disk and of the options that change what a row means.
func (f *File) Digest(o Options) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\x00%s\x00%s\x00", o.Topic.Kind, o.Model, o.Version)
	if _, err := io.Copy(sum, io.NewSectionReader(f.file, 0, f.Size)); err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (f *File) unchanged() error {
	info, err := f.file.Stat()
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Name, err)
	}
	if info.Size() != f.opened.Size() || !info.ModTime().Equal(f.opened.ModTime()) {
		return fmt.Errorf("%s was written to while it was read: load it again when it is complete", f.Name)
	}
	return nil
}

// Rows is what the file holds, row by row.
type Rows interface {
	ingest.Rows
	// Progress tells how much of the total has been read: bytes, or rows of Parquet.
	Progress() (done, total int64)
	// Notes say what else is worth knowing: columns that mean nothing, times without zone.
	Notes() []string
	Close() error
}

// Rows starts reading the file from its beginning.
func (f *File) Rows(o Options) (Rows, error) {
	rows, err := f.rows(o)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	return whole{rows, f}, nil
}

// whole are rows that end only if the file is still the one that was opened:
// of one that was written to meanwhile, what was read is anybody's guess.
type whole struct {
	Rows
	file *File
}

// Next returns the next row.
func (w whole) Next() (ingest.Row, error) {
	row, err := w.Rows.Next()
	if errors.Is(err, io.EOF) {
		if changed := w.file.unchanged(); changed != nil {
			return row, changed
		}
		return row, io.EOF
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", w.file.Name, err)
	}
	return row, err
}

func (f *File) rows(o Options) (Rows, error) {
	if f.Size == 0 {
		return nil, errors.New("the file is empty")
	}
	in := &counted{from: io.NewSectionReader(f.file, 0, f.Size), total: f.Size}
	text, compression, err := decompress(in, o.Compression)
	if err != nil {
		return nil, err
	}
	format, err := detect(text, o.Format)
	if err != nil {
		return nil, err
	}
	switch {
	case format == Parquet && compression != Plain:
		return nil, fmt.Errorf("a Parquet file inside %s cannot be read from its end: decompress it first, Parquet is compressed within", compression)
	case format == Parquet:
		return newParquetRows(f.file, f.Size, o)
	case format == CSV:
		return newCSVRows(text, in, o)
	}
	return newJSONRows(text, in, o), nil
}

// counted counts the bytes that are read from a file.
type counted struct {
	from        io.Reader
	done, total int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.done += int64(n)
	return n, err
}

// Progress returns the bytes read and those of the whole file.
func (c *counted) Progress() (done, total int64) { return c.done, c.total }
