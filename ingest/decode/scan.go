package decode

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a message; one more is an error.
const maxDepth = 256

// kind is what a value is.
type kind uint8

const (
	absent kind = iota
	null
	yes
	no
	numeral
	quoted  // a JSON string
	outside // text that is not in the message: a key, a header, a constant
	object
	array
)

var kindNames = [...]string{"nothing", "null", "true", "false", "number", "string", "text", "object", "array"}

func (k kind) String() string { return kindNames[k] }

// value is one value as it stands in the message.
type value struct {
	kind    kind
	escaped bool   // a string with escapes
	raw     []byte // JSON text; of outside texts the text itself
	at      int    // where raw stands in the message
}

func (v value) missing() bool { return v.kind <= null }

// scanner reads JSON (RFC 8259) strictly, in one pass and without allocation.
// Beyond the RFC it takes NaN, Infinity and -Infinity, as Python writes them;
// short of it, text must be UTF-8 and nesting bounded. Its methods take the
// index where something begins and return the index after it, or -1 after
// noting what is wrong.
type scanner struct {
	b     []byte
	at    int    // of the first error
	wrong string // the first error, "" for none
}

func (s *scanner) fail(i int, wrong string) int {
	if s.wrong == "" {
		s.at, s.wrong = i, wrong
	}
	return -1
}

// peek returns the byte at i, 0 at the end: no token begins with it.
func (s *scanner) peek(i int) byte {
	if uint(i) < uint(len(s.b)) {
		return s.b[i]
	}
	return 0
}

func (s *scanner) space(i int) int {
	b := s.b
	for uint(i) < uint(len(b)) && b[i] <= ' ' {
		if c := b[i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			break
		}
		i++
	}
	return i
}

// value reads any value.
func (s *scanner) value(i, depth int) (value, int) {
	var v value
	begin := i
	switch c := s.peek(i); c {
	case '"':
		v.kind = quoted
		i, v.escaped = s.text(i)
	case '{', '[':
		v.kind = object
		if c == '[' {
			v.kind = array
		}
		i = s.nested(i, depth)
	case 't':
		v.kind = yes
		i = s.word(i, "true")
	case 'f':
		v.kind = no
		i = s.word(i, "false")
	case 'n':
		v.kind = null
		i = s.word(i, "null")
	default:
		v.kind = numeral
		_, i = s.numeral(i)
	}
	if i < 0 {
		return value{}, -1
	}
	v.raw, v.at = s.b[begin:i], begin
	return v, i
}

func (s *scanner) word(i int, word string) int {
	if len(s.b)-i >= len(word) && string(s.b[i:i+len(word)]) == word {
		return i + len(word)
	}
	return s.fail(i, "no value")
}

// nested reads an object or an array.
func (s *scanner) nested(i, depth int) int {
	begin := s.b[i]
	end := begin + 2 // '{' and '}', '[' and ']'
	if depth >= maxDepth {
		return s.fail(i, "nested too deeply")
	}
	if i = s.space(i + 1); s.peek(i) == end {
		return i + 1
	}
	for {
		if begin == '{' {
			if i, _ = s.key(i); i < 0 {
				return -1
			}
		}
		switch c := s.peek(i); c { // without building values nobody wants
		case '"':
			i, _ = s.text(i)
		case '{', '[':
			i = s.nested(i, depth+1)
		default:
			_, i = s.value(i, depth+1)
		}
		if i < 0 {
			return -1
		}
		var more bool
		if i, more = s.separator(i, end); !more {
			return i
		}
	}
}

// key reads a member's name and the colon, and returns where the value begins.
func (s *scanner) key(i int) (int, value) {
	if s.peek(i) != '"' {
		return s.fail(i, "no name in quotes"), value{}
	}
	end, escaped := s.text(i)
	if end < 0 {
		return -1, value{}
	}
	return s.colon(end), value{quoted, escaped, s.b[i:end], i}
}

func (s *scanner) colon(i int) int {
	if uint(i+1) < uint(len(s.b)) && s.b[i] == ':' && s.b[i+1] > ' ' {
		return i + 1
	}
	if i = s.space(i); s.peek(i) != ':' {
		return s.fail(i, "no colon after a name")
	}
	return s.space(i + 1)
}

// separator reads what follows a member or an element, and reports whether
// there is another one.
func (s *scanner) separator(i int, end byte) (int, bool) {
	c := s.peek(i)
	if c == ',' && uint(i+1) < uint(len(s.b)) && s.b[i+1] > ' ' {
		return i + 1, true
	}
	if c != ',' && c != end {
		i = s.space(i)
		c = s.peek(i)
	}
	switch c {
	case ',':
		return s.space(i + 1), true
	case end:
		return i + 1, false
	}
	return s.fail(i, "neither a comma nor the end after a value"), false
}

// text reads a string and reports whether it has escapes.
func (s *scanner) text(i int) (end int, escaped bool) {
	b, begin := s.b, i
	i++
	for {
		for i+8 <= len(b) {
			if at := special(binary.LittleEndian.Uint64(b[i:])); at != 0 {
				i += bits.TrailingZeros64(at) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			return s.fail(begin, "a string without end"), false
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			if i = s.escape(i); i < 0 {
				return -1, false
			}
		case c < ' ':
			return s.fail(i, "a control character in a string"), false
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return s.fail(i, notUTF8), false
			}
			i += n
		}
	}
}

const notUTF8 = "not UTF-8"

// special marks the bytes of a word that end or interrupt plain text: quote,
// backslash, control characters, and what is not ASCII. The lowest mark is
// exact; borrows can set false ones above it.
func special(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := w^ones*'"', w^ones*'\\'
	return (w | (quote-ones)&^quote | (backslash-ones)&^backslash | (w-ones*' ')&^w) & high
}

func (s *scanner) escape(i int) int {
	switch s.peek(i + 1) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 > len(s.b) {
			return s.fail(i, "an escape without end")
		}
		for _, c := range s.b[i+2 : i+6] {
			if hex(c) < 0 {
				return s.fail(i, "no such escape")
			}
		}
		return i + 6
	}
	return s.fail(i, "no such escape")
}

func hex(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}
