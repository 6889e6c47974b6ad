package decode

import (
	"fmt"
	"strconv"
	"strings"
)

// Pointer is a JSON Pointer (RFC 6901), decoded into its tokens. Without tokens
// it is the whole message.
type Pointer []string

// UnmarshalText reads a pointer: "" or a text that begins with a slash.
func (p *Pointer) UnmarshalText(b []byte) error {
	s := string(b)
	*p = Pointer{}
	if s == "" {
		return nil
	}
	if s[0] != '/' {
		return fmt.Errorf("%q: a JSON pointer begins with a slash: write /%s", cut(s), cut(s))
	}
	for token := range strings.SplitSeq(s[1:], "/") {
		for i := 0; i < len(token); i++ {
			if token[i] == '~' && (i+1 == len(token) || token[i+1] != '0' && token[i+1] != '1') {
				return fmt.Errorf("%q: ~ stands before 0 or 1 in a JSON pointer: write ~0 for ~ and ~1 for /", cut(s))
			}
		}
		*p = append(*p, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
	}
	return nil
}

// String returns the pointer as it is written.
func (p Pointer) String() string {
	var s strings.Builder
	for _, token := range p {
		s.WriteByte('/')
		s.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return s.String()
}

// where names the place to a person.
func (p Pointer) where() string {
	if len(p) == 0 {
		return "the whole"
	}
	return p.String()
}

// MarshalText is the inverse of UnmarshalText.
func (p Pointer) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// element returns the position in an array that a token names, or -1.
func element(token string) int {
	n, err := strconv.Atoi(token)
	if err != nil || n < 0 || strconv.Itoa(n) != token {
		return -1
	}
	return n
}

// Source is where a field of an event comes from.
type Source struct {
	from    origin
	pointer Pointer // of inMessage, inRow, inColumn, inTensors
	text    string  // name of a header; the constant
}

type origin int

const (
	inMessage  origin = iota // /a/b: a value in the message
	inRow                    // row /a: a value in the row
	ofRowName                // row name: the member name that the row stands under
	inColumn                 // column /a: of an array with one element a row
	inTensors                // tensors /a: of tensors that are columns by name
	ofKey                    // key: the record's key
	ofHeader                 // header NAME: a header of the record
	ofTime                   // time: the record's timestamp
	ofConstant               // constant TEXT
)

// words are the first words of sources, but for pointers.
var words = map[origin]string{inRow: "row", inColumn: "column", inTensors: "tensors", ofKey: "key", ofHeader: "header", ofTime: "time", ofConstant: "constant"}

// UnmarshalText reads a source as it is configured.
func (s *Source) UnmarshalText(b []byte) error {
	t := string(b)
	*s = Source{}
	word, rest, _ := strings.Cut(t, " ")
	switch {
	case t == "" || t[0] == '/':
		return s.pointer.UnmarshalText(b)
	case t == "key":
		s.from = ofKey
	case t == "time":
		s.from = ofTime
	case t == "row name":
		s.from = ofRowName
	case word == "header" && rest != "":
		s.from, s.text = ofHeader, rest
	case word == "constant" && rest != "":
		s.from, s.text = ofConstant, rest
	case word == "row":
		s.from = inRow
		return s.pointer.UnmarshalText([]byte(rest))
	case word == "column" && rest != "":
		s.from = inColumn
		return s.pointer.UnmarshalText([]byte(rest))
	case word == "tensors" && rest != "":
		s.from = inTensors
		return s.pointer.UnmarshalText([]byte(rest))
	default:
		return fmt.Errorf("%q: write a JSON pointer such as /data/score, or one of: key, time, header NAME, constant TEXT, row, row /POINTER, row name, column /POINTER, tensors /POINTER", cut(t))
	}
	return nil
}

// String returns the source as it is configured.
func (s Source) String() string {
	switch s.from {
	case inMessage:
		return s.pointer.String()
	case ofRowName:
		return "row name"
	}
	return strings.TrimSpace(words[s.from] + " " + s.text + s.pointer.String())
}

// MarshalText is the inverse of UnmarshalText.
func (s Source) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// perRow says whether the source differs from row to row.
func (s Source) perRow() bool {
	return s.from == inRow || s.from == ofRowName || s.from == inColumn || s.from == inTensors
}

// source reads a source that is known to be well-formed.
func source(t string) Source {
	var s Source
	if err := s.UnmarshalText([]byte(t)); err != nil {
		panic(err)
	}
	return s
}
