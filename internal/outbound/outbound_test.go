package outbound

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const key = "a key of enough characters"

// The second signature was computed with Python's hmac module.
func TestSignature(t *testing.T) {
	h := http.Header{}
	Sign(h, []string{"key one, long enough", key}, "msg_1", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := " v1,qkMQpHm5JauG8jeeK1O0K1+DbI3IKz1Tgk35oxz/YXY="; !strings.HasSuffix(h.Get(HeaderSignature), want) {
		t.Errorf("signatures %q, want %q at the end", h.Get(HeaderSignature), want)
	}
	for _, k := range []string{"key one, long enough", key} {
		if id, err := Verify(h, k, []byte(`{"test": 2432232314}`), time.Unix(1614265331, 0), time.Minute); err != nil || id != "msg_1" {
			t.Errorf("id %q, error %v", id, err)
		}
	}
	for what, spoil := range map[string]func(h http.Header, body *string, now *time.Time){
		"another body": func(_ http.Header, b *string, _ *time.Time) { *b += " " },
		"another id":   func(h http.Header, _ *string, _ *time.Time) { h.Set(HeaderID, "msg_2") },
		"another time": func(h http.Header, _ *string, _ *time.Time) { h.Set(HeaderTimestamp, "1614265329") },
		"no time":      func(h http.Header, _ *string, _ *time.Time) { h.Del(HeaderTimestamp) },
		"no signature": func(h http.Header, _ *string, _ *time.Time) { h.Del(HeaderSignature) },
		"another version": func(h http.Header, _ *string, _ *time.Time) {
			h.Set(HeaderSignature, strings.ReplaceAll(h.Get(HeaderSignature), "v1,", "v2,"))
		},
		"replayed too late":   func(_ http.Header, _ *string, now *time.Time) { *now = now.Add(2 * time.Minute) },
		"from a clock ahead":  func(_ http.Header, _ *string, now *time.Time) { *now = now.Add(-2 * time.Minute) },
		"base64 that is none": func(h http.Header, _ *string, _ *time.Time) { h.Set(HeaderSignature, "v1,%%%") },
		"an empty signature":  func(h http.Header, _ *string, _ *time.Time) { h.Set(HeaderSignature, "v1,") },
	} {
		headers, body, now := h.Clone(), `{"test": 2432232314}`, time.Unix(1614265331, 0)
		spoil(headers, &body, &now)
		if _, err := Verify(headers, key, []byte(body), now, time.Minute); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: error %v, want %v", what, err, ErrSignature)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{ // "": public, "private": if allowed, "never"
		"93.184.216.34": "", "2606:2800:220:1::1": "", "10.0.0.1": "private", "192.168.1.1": "private", "172.16.0.1": "private",
		"127.0.0.1": "private", "::1": "private", "fd12::1": "private", "100.64.0.1": "private", "::ffff:10.0.0.1": "private",
		"169.254.169.254": "never", "fe80::1": "never", "fd00:ec2::254": "never", "0.0.0.0": "never", "::": "never", "224.0.0.1": "never", "::ffff:169.254.169.254": "never",
	} {
		for _, allowed := range []bool{false, true} {
			err := guard(allowed).mayDial("tcp", netip.AddrPortFrom(netip.MustParseAddr(address), 443).String(), nil)
			if (err == nil) != (want == "" || want == "private" && allowed) {
				t.Errorf("%s, private addresses allowed %v: error %v", address, allowed, err)
			}
		}
	}
}
