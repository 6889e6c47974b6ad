package ingest

// Row is one row of a file.
type Row struct {
	Offset int64  // its position, from 0; positions may be left out
	Place  string // where it stands, for people: "line 17"
	Value  []byte // the message; of a row that is wrong or too long, its text as far as it was read
	Size   int    // bytes of the whole row; larger than Value when it was too long to be read
	Wrong  string // why the row is no message, with the remedy; "" when it is one
}

// Rows are the rows of a file, in order.
type Rows interface {
	// Next returns the next row, or io.EOF. The row holds until the next call.
	// Any other error means that what follows cannot be read.
	Next() (Row, error)
}
