package registry

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/model"
)

func TestErrorTexts(t *testing.T) {
	ref := func(v string) model.Ref { return model.Ref{Name: "churn", Version: v} }
	to := func(alias, expect, target string) Move {
		return Move{Slot: Slot{Kind: Alias, Name: alias}, Expect: ref(expect), Target: ref(target)}
	}
	move := to("champion", "13", "11")
	for want, err := range map[string]error{
		"move alias champion to churn@11: held by churn@12, expected churn@13":                        move.CheckHolder(ref("12")),
		"move alias champion to churn@11: target is the expected holder":                              to("champion", "11", "11").Check(),
		`move alias latest to churn@1: alias "latest": reserved by the registry, choose another name`: to("latest", "2", "1").Check(),
		"set_alias: 403 PERMISSION_DENIED: no (ask)":                                                  &APIError{Op: "set_alias", Status: 403, Code: "PERMISSION_DENIED", Message: "no", Hint: "ask"},
		"set_alias: 502": &APIError{Op: "set_alias", Status: 502},
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v\nwant  %s", err, want)
		}
	}
	if err := move.CheckHolder(ref("13")); err != nil {
		t.Errorf("expected holder: %v", err)
	}
	if err := fmt.Errorf("apply: %w", move.CheckHolder(ref("12"))); !errors.Is(err, ErrMoved) || errors.Is(err, ErrNotFound) {
		t.Errorf("%v is not only ErrMoved", err)
	}
}

func TestSlotsThatCannotExist(t *testing.T) {
	for slot, ok := range map[Slot]bool{
		{Alias, "champion"}: true, {Alias, "v2-canary_1"}: true, {Stage, "Production"}: true, {Stage, "Staging"}: true,
		{}: false, {Alias, ""}: false, {Alias, "Latest"}: false, {Alias, "v12"}: false, {Alias, "V12"}: false, {Alias, "a.b"}: false, {Alias, "a@b"}: false,
		{Alias, strings.Repeat("a", 256)}: false, {Stage, "Archived"}: false, {Stage, "None"}: false, {Stage, "production"}: false, {SlotKind(7), "x"}: false,
	} {
		if err := slot.Validate(); (err == nil) != ok {
			t.Errorf("%s: error %v", slot, err)
		}
	}
}

func TestChangedTags(t *testing.T) {
	long := strings.Repeat("😀", 1001)
	got, err := ChangedTags(
		map[string]string{"same": "1", "empty": "", "foreign key": "x", "old": "1"},
		map[string]string{"z": "1", "same": "1", "empty": "", "old": "2", "absent": "", "long": long, "invalid": "a\xffb"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Tag{{"absent", ""}, {"invalid", "a\uFFFDb"}, {"long", strings.Repeat("😀", 999) + "…"}, {"old", "2"}, {"z", "1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

func FuzzCut(f *testing.F) {
	f.Add("driftd", 3)
	f.Add("ü😀\x00", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n = n&0xff + 1; !utf8.ValidString(s) {
			return
		}
		got := cut(s, n)
		if length := utf8.RuneCountInString(s); length <= n && got != s {
			t.Errorf("cut(%q, %d) = %q, want it whole", s, n, got)
		} else if length > n && (utf8.RuneCountInString(got) != n || !strings.HasPrefix(s, strings.TrimSuffix(got, "…"))) {
			t.Errorf("cut(%q, %d) = %q, want its first %d characters and …", s, n, got, n-1)
		}
	})
}

func TestVersionsAreOrderedAsNumbers(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"9", "10", -1}, {"10", "9", 1}, {"10", "10", 0}, {"11", "12", -1}, {"999999999999999999", "1", 1}} {
		if got := CompareVersions(c.a, c.b); got != c.want {
			t.Errorf("CompareVersions(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestPreferredIsInUseThenNewest(t *testing.T) {
	version := func(v, stage string, aliases ...string) Version {
		return Version{Ref: model.Ref{Name: "churn", Version: v}, Stage: stage, Aliases: aliases}
	}
	for _, c := range []struct {
		what string
		want string
		of   []Version
	}{
		{"newest", "10", []Version{version("9", ""), version("10", ""), version("2", "Archived")}},
		{"alias before newest", "9", []Version{version("9", "", "champion"), version("10", "")}},
		{"stage before newest", "9", []Version{version("10", "Archived"), version("9", "Production")}},
		{"newest in use", "9", []Version{version("3", "Production"), version("9", "Staging"), version("10", "")}},
	} {
		if got := Preferred(c.of); got.Version != c.want {
			t.Errorf("%s: got %s, want %s", c.what, got.Version, c.want)
		}
	}
}
