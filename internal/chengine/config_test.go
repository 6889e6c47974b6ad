package chengine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMissingLibraryNamesPlacesAndRemedy(t *testing.T) {
	for _, tc := range []struct {
		name     string
		library  string
		env      string
		mentions []string
	}{
		{"nowhere", "", "", []string{"/usr/lib/driftd/libchdb.so", filepath.Join(".cache", "chdb", "*"), "lib/driftd/libchdb.so"}},
		{"configured", "/nonexistent/libchdb.so", "", []string{"/nonexistent/libchdb.so"}},
		{"environment", "", "/elsewhere/libchdb.so", []string{"/elsewhere/libchdb.so"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv(LibraryEnv, tc.env)
			dir := filepath.Join(t.TempDir(), "data")
			err := New(Config{Path: dir, Library: tc.library}, nil, nil).Run(t.Context())
			var missing *LibraryError
			if !errors.As(err, &missing) {
				t.Fatalf("Run: %v, want a LibraryError", err)
			}
			for _, text := range append(tc.mentions, "make fetch-engine", LibraryEnv) {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not mention %q", err, text)
				}
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("the data directory was created although the engine cannot start")
			}
		})
	}
}

func TestLibraryIsFoundUnderTheWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv(LibraryEnv, "")
	want := filepath.Join(dir, ".cache", "chdb", "26.7.3-stable.1", "libchdb.so")
	if err := os.MkdirAll(filepath.Dir(want), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(want, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Config{}.library()
	if err != nil || got != want {
		t.Errorf("library() = %q, %v, want %q", got, err, want)
	}
}

func TestValidateNamesEveryProblem(t *testing.T) {
	err := Config{MaxMemory: 1000}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range []string{"path", "max_memory 1000", "536870912"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q does not mention %q", err, text)
		}
	}
	if err := (Config{Path: "x"}).Validate(); err != nil {
		t.Errorf("a path alone is enough: %v", err)
	}
}

func TestMemTotal(t *testing.T) {
	for _, tc := range []struct {
		text string
		want int64
	}{
		{"MemTotal:       24000000 kB\nMemFree: 1 kB\n", 24000000 << 10},
		{"MemFree: 1 kB\n", 7},
		{"MemTotal: much kB\n", 7},
		{"", 7},
	} {
		if got := memTotal([]byte(tc.text), 7); got != tc.want {
			t.Errorf("memTotal(%q) = %d, want %d", tc.text, got, tc.want)
		}
	}
}

func TestLibraryThatIsNoneEndsRunWithItsName(t *testing.T) {
	library := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(library, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := New(Config{Path: filepath.Join(t.TempDir(), "data"), Library: library}, nil, nil)
	err := e.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), library) {
		t.Errorf("Run: %v, want an error that names %s", err, library)
	}
	if ready := e.Ready(context.Background()); !errors.Is(ready, err) {
		t.Errorf("Ready: %v, want the error of Run", ready)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var out tail
	out.Write([]byte(strings.Repeat("x", 3*tailSize)))
	out.Write([]byte("the end"))
	if got := out.String(); len(got) != tailSize || !strings.HasSuffix(got, "xthe end") {
		t.Errorf("kept %d bytes ending in %q, want %d ending in %q", len(got), got[len(got)-8:], tailSize, "xthe end")
	}
}
