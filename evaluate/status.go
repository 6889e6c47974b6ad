package evaluate

import "fmt"

// Status is how a result, or a version as a whole, stands. The order is from
// best to worst, so that a verdict is the largest of its results.
type Status int

// Inconclusive (too few rows, labels not mature, one class, no baseline) and
// Errored (could not measure) never lead to an action. The zero Status is
// unset and never stored.
const (
	_ Status = iota
	Healthy
	Inconclusive
	Errored
	Warning
	Critical
)

var statusNames = [...]string{"unset", "healthy", "inconclusive", "errored", "warning", "critical"}

// String returns the status in lower case, as stored and shown.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return statusNames[s]
}

// ParseStatus reads what String wrote.
func ParseStatus(text string) (Status, error) {
	for i, name := range statusNames[1:] {
		if name == text {
			return Status(i + 1), nil
		}
	}
	return 0, fmt.Errorf("status %q: want one of %v", text, statusNames[1:])
}
