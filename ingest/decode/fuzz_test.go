package decode

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// Whatever the bytes: no panic, valid UTF-8 out, the same answer twice, and no
// complaint about JSON that encoding/json takes for an object.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{` + head + `,"features":{"tenure":12,"plan":"pro","balance":null},"score":0.83,"prediction":"1","segment":{"region":"eu"}}`,
		`{` + head + `,"features":{"tenure":"1","new":[1,{"a":NaN}]},"prediction":true}`,
		`{"prediction_id":"a","model":"price","timestamp":1795405014123,"value":-1e400}`,
		`{"prediction_id":"\ud800","model":"\u0063hurn","version":-0,"timestamp":"2026-11-23T03:36:54Z","label":1.0}`,
		`{"prediction_id":"a","model":"visit","version":3,"timestamp":1795405014123,"features":{"since":"2026-11-01","last":1795405014123,"n":1}}`,
		"{\"model\":\"\xff\"}", `[]`, `{}`, ``, `{"a":1}{`,
	} {
		f.Add([]byte(seed))
	}
	d, fresh := decoder(f), decoder(f)
	f.Fuzz(func(t *testing.T, message []byte) {
		var object map[string]json.RawMessage
		isObject := json.Unmarshal(message, &object) == nil && object != nil && utf8.Valid(message) && depth(message) < 250
		check := func(reject *Reject) {
			if reject == nil {
				return
			}
			if reject.Reason == BadJSON && isObject && len(message) <= maxBytes {
				t.Errorf("rejected though encoding/json takes it: %s", reject.Detail)
			}
			if !utf8.ValidString(reject.Detail) || reject.Detail == "" {
				t.Errorf("detail %q", reject.Detail)
			}
			if e := Excerpt(message, 100); !utf8.ValidString(e) || len(e) > 100 {
				t.Errorf("excerpt %q", e)
			}
		}
		p, reject := d.Prediction(message, recorded)
		check(reject)
		var kept Prediction
		if reject == nil {
			kept = *p
			for _, s := range append([]string{p.ID, p.Version, p.Role, p.Class}, p.Segments...) {
				if !utf8.ValidString(s) {
					t.Errorf("%q is not UTF-8", s)
				}
			}
			if p.ID == "" || p.Version == "" || len(p.Numbers) != len(fresh.schemas[p.Model].noNumbers) {
				t.Errorf("incomplete: %+v", p)
			}
		}
		q, again := fresh.Prediction(message, recorded)
		if !reflect.DeepEqual(reject, again) {
			t.Errorf("%+v, then %+v", reject, again)
		}
		if reject == nil && (kept.ID != q.ID || kept.Time != q.Time || kept.Class != q.Class || !reflect.DeepEqual(kept.Extra, q.Extra) || !reflect.DeepEqual(kept.Texts, q.Texts)) {
			t.Errorf("%+v, then %+v", kept, q)
		}
		o, reject := d.Outcome(message, recorded)
		check(reject)
		if reject == nil && (o.Label == "") == !o.Value.Valid {
			t.Errorf("neither label nor value: %+v", o)
		}
	})
}

// depth bounds the nesting from above.
func depth(message []byte) int {
	n := 0
	for _, c := range message {
		if c == '{' || c == '[' {
			n++
		}
	}
	return n
}
