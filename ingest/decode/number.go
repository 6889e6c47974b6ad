package decode

import (
	"math"
	"math/bits"
	"strconv"
)

// decimal is a number as digits × 10^exponent, when exact; the sign apart.
type decimal struct {
	digits   uint64
	exponent int
	negative bool
	exact    bool // digits and exponent are all of it
	special  byte // 'N' for NaN, 'I' for Infinity
}

// numeral reads a JSON number, NaN or an infinity.
func (s *scanner) numeral(i int) (decimal, int) {
	b, begin := s.b, i
	d := decimal{exact: true}
	if s.peek(i) == '-' {
		d.negative = true
		i++
	}
	switch c := s.peek(i); {
	case c == '0':
		i++
	case '1' <= c && c <= '9':
		from := i
		for uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
			d.digits = d.digits*10 + uint64(b[i]-'0')
			i++
		}
		d.exact = i-from <= 19
	case c == 'I':
		d.special = c
		return d, s.word(i, "Infinity")
	case c == 'N' && !d.negative:
		d.special = c
		return d, s.word(i, "NaN")
	default:
		if i >= len(b) {
			return d, s.fail(i, "the end instead of a value")
		}
		return d, s.fail(begin, "no value")
	}
	if s.peek(i) == '.' {
		i++
		from := i
		for uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
			if d.digits >= 1e18 {
				d.exact = false
			}
			d.digits = d.digits*10 + uint64(b[i]-'0')
			i++
		}
		if i == from {
			return d, s.fail(begin, "a number without digits after its point")
		}
		d.exponent = from - i
	}
	if c := s.peek(i); c|0x20 == 'e' {
		var negative bool
		i++
		if c := s.peek(i); c == '-' || c == '+' {
			negative = c == '-'
			i++
		}
		from, e := i, 0
		for uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
			e = min(e*10+int(b[i]-'0'), 1<<20)
			i++
		}
		if i == from {
			return d, s.fail(begin, "a number without digits in its exponent")
		}
		if negative {
			e = -e
		}
		d.exponent += e
	}
	return d, i
}

// powers of ten that float64 holds exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// divisors are the powers of ten that uint64 holds.
var divisors = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// float returns the float64 nearest to the number, of which raw is the text,
// ties to even. What exceeds float64 becomes an infinity.
func (d decimal) float(raw []byte) float64 {
	var f float64
	switch {
	case d.special == 'N':
		return math.NaN()
	case d.special == 'I':
		f = math.Inf(1)
	case d.exact && d.exponent <= 0 && d.exponent > -len(divisors):
		f = quotient(d.digits, -d.exponent)
	case d.exact && d.digits < 1<<53 && d.exponent > 0 && d.exponent < len(powers):
		f = float64(d.digits) * powers[d.exponent] // both exact: rounded once
	default:
		f, _ = strconv.ParseFloat(string(raw), 64) // valid: only the range can be exceeded
		return f
	}
	if d.negative {
		return -f
	}
	return f
}

// quotient returns the float64 nearest to digits / 10^places, ties to even;
// places is less than 20.
//
// Digits of at most 53 bits and the power of ten are exact in float64, so that
// one division rounds once (Clinger 1990). Else the quotient is computed to 63
// bits or more and a remainder, which together decide the rounding.
func quotient(digits uint64, places int) float64 {
	if digits < 1<<53 {
		return float64(digits) / powers[places]
	}
	m, n := bits.LeadingZeros64(digits), bits.LeadingZeros64(divisors[places])
	high := digits << m
	q, rest := bits.Div64(high>>1, high<<63, divisors[places]<<n) // of digits·2^(63+m) and 10^places·2^n
	cut := bits.Len64(q) - 53
	f := q >> cut
	half := uint64(1) << (cut - 1)
	switch tail := q & (half<<1 - 1); {
	case tail > half, tail == half && (rest != 0 || f&1 == 1):
		f++
	}
	// f has its leading bit at 52 (or is 2^53): added to the exponent's field
	// it carries into it, as it should.
	return math.Float64frombits(uint64(cut-63+n-m+52+1023-1)<<52 + f)
}

// short reads a number of up to 18 digits without exponent, which most are, and
// returns -1 for any other: it may be one nevertheless.
func short(b []byte, i int) (float64, int) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	var digits uint64
	from := i
	for uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
		digits = digits*10 + uint64(b[i]-'0')
		i++
	}
	n, places := i-from, 0
	if n == 0 || n > 1 && b[from] == '0' || i >= len(b) {
		return 0, -1
	}
	if b[i] == '.' {
		i++
		from = i
		for uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
			digits = digits*10 + uint64(b[i]-'0')
			i++
		}
		if places = i - from; places == 0 || i >= len(b) {
			return 0, -1
		}
	}
	if n+places > 18 || b[i]|0x20 == 'e' {
		return 0, -1
	}
	f := quotient(digits, places)
	if negative {
		f = -f
	}
	return f, i
}
