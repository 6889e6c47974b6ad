package file

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/driftd/driftd/ingest"
)

// parquetBatch is how many rows are decoded at a time.
const parquetBatch = 256

// parquetRows are the rows of one Parquet file, row group by row group.
type parquetRows struct {
	file    *parquet.File
	fields  []*parquetField // top-level columns, in the file's order
	root    *node
	stated  []byte
	notes   []string
	limit   int
	values  [][]parquet.Value // of the row at hand, by leaf
	group   int               // next row group
	rows    parquet.Rows
	batch   []parquet.Row
	ready   []parquet.Row
	offset  int64
	buffer  []byte
	context parquetContext
}

// newParquetRows reads the file's footer. The library panics on some damaged
// files: that too is an error here.
func newParquetRows(in io.ReaderAt, size int64, o Options) (r *parquetRows, err error) {
	defer recovered(&err)
	if err := checkFooter(in, size); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(bufferSize))
	if err != nil {
		return nil, fmt.Errorf("damaged Parquet: %w", err)
	}
	r = &parquetRows{file: f, limit: o.MaxRow, batch: make([]parquet.Row, parquetBatch)}
	schema := f.Schema()
	var names []string
	for _, field := range schema.Fields() {
		names = append(names, field.Name())
	}
	columns, root, idle, err := arrange(names, o)
	if err != nil {
		return nil, err
	}
	var elements []*format.SchemaElement // of the leaves
	for i := range f.Metadata().Schema {
		if e := &f.Metadata().Schema[i]; e.Type.Valid {
			elements = append(elements, e)
		}
	}
	leaves := 0
	for i, field := range schema.Fields() {
		pf, err := newParquetField(field, field.Name(), elements, &leaves, 0, 0)
		if err != nil {
			return nil, err
		}
		pf.moment = columns[i].role == moment
		r.fields = append(r.fields, pf)
	}
	r.values = make([][]parquet.Value, leaves)
	r.root, r.notes, r.stated = root, idleNote(idle, o), o.stated(columns)
	r.context = parquetContext{values: r.values}
	return r, nil
}

// checkFooter looks at the end of the file: the footer's length, which the
// library would make room for unseen, and the magic bytes.
func checkFooter(in io.ReaderAt, size int64) error {
	const tail = 8
	if size < int64(len(parquetMagic))+tail {
		return errors.New("it begins like Parquet and ends at once: the file was cut off")
	}
	var end [tail]byte
	if _, err := in.ReadAt(end[:], size-tail); err != nil {
		return err
	}
	switch magic := string(end[4:]); magic {
	case parquetMagic:
	case "PARE":
		return errors.New("it is encrypted Parquet: write it without encryption")
	default:
		return fmt.Errorf("it begins like Parquet and ends with %q, not %q: the file was cut off", magic, parquetMagic)
	}
	if footer := int64(binary.LittleEndian.Uint32(end[:])); footer > size-tail-int64(len(parquetMagic)) {
		return fmt.Errorf("damaged Parquet: a footer of %d bytes in a file of %d", footer, size)
	}
	return nil
}

// recovered turns a panic into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("damaged Parquet: %v", p)
	}
}

// Next returns the next row.
func (r *parquetRows) Next() (row ingest.Row, err error) {
	defer recovered(&err)
	if len(r.ready) == 0 {
		if err := r.read(); err != nil {
			if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				if r.offset != r.file.NumRows() {
					return row, fmt.Errorf("row %d: the file ends here, its footer promises %d rows", r.offset, r.file.NumRows())
				}
				return row, io.EOF
			}
			return row, fmt.Errorf("row %d: damaged Parquet: %w", r.offset, err)
		}
	}
	clear(r.values)
	r.ready[0].Range(func(leaf int, values []parquet.Value) bool {
		r.values[leaf] = values
		return true
	})
	r.ready = r.ready[1:]
	row = ingest.Row{Offset: r.offset, Place: fmt.Sprintf("row %d", r.offset)}
	r.offset++
	r.buffer, err = r.root.appendObject(r.buffer[:0], r.stated, func(b []byte, at int) ([]byte, error) {
		return r.fields[at].append(b, &r.context)
	})
	if bad, ok := errors.AsType[badValue](err); ok {
		row.Wrong, err = bad.Error(), nil
	}
	row.Value, row.Size = r.buffer, len(r.buffer)
	return row, err
}

// read fills ready from the row group at hand or the next one.
func (r *parquetRows) read() error {
	groups := r.file.RowGroups()
	for {
		if r.rows == nil {
			if r.group == len(groups) {
				return io.EOF
			}
			r.rows = groups[r.group].Rows()
			r.group++
		}
		n, err := r.rows.ReadRows(r.batch)
		if n > 0 {
			r.ready = r.batch[:n]
			return nil
		}
		if err == nil {
			return io.ErrNoProgress
		}
		if err != io.EOF {
			return err
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
}

// Progress returns the rows read and those of the whole file.
func (r *parquetRows) Progress() (done, total int64) { return r.offset, r.file.NumRows() }

// Notes says what is worth knowing beside the rows.
func (r *parquetRows) Notes() []string { return append(r.notes, zonelessNote(r.context.zoneless)...) }

// Close ends the row group at hand.
func (r *parquetRows) Close() error {
	if r.rows == nil {
		return nil
	}
	err := r.rows.Close()
	r.rows = nil
	return err
}
