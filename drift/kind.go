package drift

import "fmt"

// Kind says how the values of a series are told apart.
type Kind int

// The zero Kind is invalid.
const (
	_           Kind = iota
	Numeric          // ordered real numbers
	Categorical      // texts without order
)

// String returns the kind in lower case, as stored and configured.
func (k Kind) String() string {
	switch k {
	case Numeric:
		return "numeric"
	case Categorical:
		return "categorical"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// MarshalText writes what UnmarshalText reads. An invalid kind is an error.
func (k Kind) MarshalText() ([]byte, error) {
	if k != Numeric && k != Categorical {
		return nil, fmt.Errorf("kind %d: want numeric or categorical", int(k))
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads "numeric" or "categorical".
func (k *Kind) UnmarshalText(text []byte) error {
	switch string(text) {
	case "numeric":
		*k = Numeric
	case "categorical":
		*k = Categorical
	default:
		return fmt.Errorf("kind %q: want numeric or categorical", text)
	}
	return nil
}
