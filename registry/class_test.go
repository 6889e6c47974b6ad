package registry

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/driftd/driftd/internal/model"
)

func TestClassify(t *testing.T) {
	status := func(code int) error { return &APIError{Op: "get_model", Status: code} }
	for _, c := range []struct {
		err  error
		want Class
	}{
		{nil, OK},
		{ErrUnreachable, Unreachable},
		{status(401), Unauthorized}, {status(403), Forbidden}, {status(429), RateLimited},
		{status(500), ServerError}, {status(503), ServerError}, {status(400), Refused}, {status(404), Refused},
		{&APIError{Status: 403, WrongHost: true}, WrongHost},
		{&APIError{Status: 400, Code: "RESOURCE_DOES_NOT_EXIST"}, NotFound},
		{ErrNotFound, NotFound}, {ErrNoHolder, NoHolder},
		{&MovedError{}, Moved},
		{&HeldTwiceError{Holders: []model.Ref{{Name: "churn", Version: "3"}, {Name: "churn", Version: "2"}}}, HeldTwice},
		{fmt.Errorf("%w: %w", ErrUnknownOutcome, ErrUnreachable), UnknownOutcome},
		{errors.New("disk full"), Failed},
	} {
		if got := Classify(c.err); got != c.want || !slices.Contains(Classes(), got) {
			t.Errorf("%v is %s, want %s", c.err, got, c.want)
		}
		if c.err == nil {
			continue
		}
		if got := Classify(fmt.Errorf("read model churn: %w", c.err)); got != c.want {
			t.Errorf("wrapped %v is %s, want %s", c.err, got, c.want)
		}
	}
	err := &HeldTwiceError{Slot: Slot{Stage, "Production"}, Holders: []model.Ref{{Name: "churn", Version: "3"}, {Name: "churn", Version: "2"}}}
	if want := "stage Production is held by churn@3 and churn@2: archive all but one"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}
