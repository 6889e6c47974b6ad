package file

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lines reads lines of bounded length.
type lines struct {
	text   *bufio.Reader
	number int64 // of the line last read, from 1
	limit  int
	buffer []byte
}

// next returns the next line without its end (\n or \r\n), or io.EOF. A line
// longer than the limit is passed over; then only its beginning is returned,
// with its whole length. The line holds until the next call.
func (l *lines) next() (line []byte, length int, err error) {
	l.buffer = l.buffer[:0]
	for {
		part, err := l.text.ReadSlice('\n')
		length += len(part)
		if room := l.limit + 2 - len(l.buffer); room > 0 {
			l.buffer = append(l.buffer, part[:min(room, len(part))]...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && length > 0: // no newline at the end of the file
		case err != nil:
			return nil, 0, err // what was read of the line is no line: the data were cut off
		}
		break
	}
	l.number++
	line = l.buffer
	if length <= len(line) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		length = len(line)
	}
	return line[:min(len(line), l.limit)], length, nil
}
