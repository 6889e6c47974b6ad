package schema

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
)

// requestTimeout bounds one request.
const requestTimeout = 10 * time.Second

// maxReferences bounds how many schemas one schema may lean on.
const maxReferences = 1000

// client asks the schema registry.
type client struct{ *sr.Client }

func newClient(c Config) (client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if c.TLS != nil {
		var err error
		if transport.TLSClientConfig, err = c.TLS.config(); err != nil {
			return client{}, fmt.Errorf("tls.ca_file %q: %w", c.TLS.CAFile, err)
		}
	}
	cl, err := sr.NewClient(
		sr.URLs(c.URL), sr.UserAgent("driftd"), sr.PreReq(c.authorize),
		sr.HTTPClient(&http.Client{Transport: transport, Timeout: requestTimeout}),
	)
	return client{cl}, err
}

func (c Config) authorize(r *http.Request) error {
	switch {
	case c.TokenFile != "":
		token, err := secret(c.TokenFile)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
	case c.Username != "":
		password, err := secret(c.PasswordFile)
		if err != nil {
			return err
		}
		r.SetBasicAuth(c.Username, password)
	}
	return nil
}

// errAbsent says that the registry is there and does not have what was asked for.
var errAbsent = errors.New("not in the registry")

// schema returns the schema and what it refers to, each reference after those
// that it refers to itself. Errors are errAbsent, or of a registry that must be
// asked again.
func (c client) schema(ctx context.Context, k Key) (sr.Schema, []source, error) {
	var s sr.Schema
	var err error
	if k.ID != 0 {
		s, err = c.SchemaByID(ctx, int(k.ID))
	} else {
		var found sr.SubjectSchema
		found, err = c.SchemaByGUID(ctx, k.String())
		s = found.Schema
	}
	if err != nil {
		return s, nil, fmt.Errorf("schema %s: %w", k, explain(err))
	}
	var all []source
	seen := make(map[string]bool)
	var follow func(s sr.Schema) error
	follow = func(s sr.Schema) error {
		for _, r := range s.References {
			at := fmt.Sprintf("%s version %d", r.Subject, r.Version)
			if seen[at] {
				continue
			}
			if seen[at] = true; len(seen) > maxReferences {
				return fmt.Errorf("schema %s: refers to more than %d schemas: %w", k, maxReferences, errAbsent)
			}
			found, err := c.SchemaByVersion(ctx, r.Subject, r.Version)
			if err != nil {
				return fmt.Errorf("schema %s: its reference %s: %w", k, at, explain(err))
			}
			if err := follow(found.Schema); err != nil {
				return err
			}
			all = append(all, source{r.Name, found.Schema.Schema})
		}
		return nil
	}
	return s, all, follow(s)
}

// explain tells an answer apart from no answer. A registry that lacks something
// says so with a code of its own. A bare 404 comes from a wrong address, a proxy,
// or a registry that does not know the request: nothing that is said about the
// schema.
func explain(err error) error {
	answer, ok := errors.AsType[*sr.ResponseError](err)
	if !ok {
		if failure, ok := errors.AsType[*url.Error](err); ok {
			return failure // the library repeats method and address
		}
		return err
	}
	switch answer.ErrorCode {
	case sr.ErrSchemaNotFound.Code, sr.ErrSubjectNotFound.Code, sr.ErrVersionNotFound.Code:
		return errAbsent
	}
	text := answer.Error()
	if len(text) > 200 {
		text = text[:200]
	}
	return fmt.Errorf("%s %s: %d %s: %q", answer.Method, answer.URL, answer.StatusCode, http.StatusText(answer.StatusCode), text)
}
