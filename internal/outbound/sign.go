package outbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of a signed request.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// Sign sets the headers of a request that is sent at the time.
func Sign(h http.Header, keys []string, id string, at time.Time, body []byte) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(keys))
	for i, key := range keys {
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac(key, id, timestamp, body))
	}
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, timestamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
}

func mac(key, id, timestamp string, body []byte) []byte {
	m := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(m, "%s.%s.", id, timestamp)
	m.Write(body)
	return m.Sum(nil)
}

// ErrSignature: the request was not made by a holder of the key, or not now.
var ErrSignature = errors.New("signature refused")

// Verify returns the id of a request that was signed with the key, at most
// window before or after now. A receiver remembers the ids of that time: the same
// id is the same request again, whose answer is the same.
func Verify(h http.Header, key string, body []byte, now time.Time, window time.Duration) (id string, err error) {
	id, timestamp := h.Get(HeaderID), h.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" {
		return "", fmt.Errorf("%w: %s %q, %s %q", ErrSignature, HeaderID, id, HeaderTimestamp, timestamp)
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > window || age < -window {
		return "", fmt.Errorf("%w: signed %s ago, want at most %s: compare the clocks", ErrSignature, age, window)
	}
	want := mac(key, id, timestamp, body)
	for given := range strings.FieldsSeq(h.Get(HeaderSignature)) {
		version, text, _ := strings.Cut(given, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return id, nil
		}
	}
	return "", fmt.Errorf("%w: no signature of this key", ErrSignature)
}
