package outbound

import (
	"fmt"
	"net/url"
)

// CheckURL says what is wrong with the address of a receiver. It is https unless
// private addresses are allowed.
func CheckURL(text string, allowPrivate bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return fmt.Errorf("url %q: give the address that receives requests, e.g. https://deploy.example/driftd", text)
	case u.User != nil || u.Fragment != "":
		return fmt.Errorf("url %q: leave out credentials and fragment; the signature proves who asks", u.Redacted())
	case u.Scheme == "http" && !allowPrivate:
		return fmt.Errorf("url %q: use https, or set allow_private for a receiver in your own network", text)
	}
	return nil
}
