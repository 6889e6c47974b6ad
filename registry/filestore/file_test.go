package filestore

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
)

var champion = registry.Slot{Kind: registry.Alias, Name: "champion"}

// The example of the package comment, as a person would write it.
const example = `{
  "models": {
    "churn": {
      "tags": {"owner": "ml-oncall"},
      "aliases": {"champion": "2"},
      "stages": {"Production": "2"},
      "versions": {
        "1": {"run_id": "d71923d68a3245fbb867a72cc1e7b0e9", "created_at": "2026-09-01T00:00:00Z"},
        "2": {
          "source": "models/churn-2",
          "description": "trained on September",
          "created_at": "2026-10-01T00:00:00Z",
          "tags": {"validation_status": "passed"},
          "metrics": {"auc": 0.91}
        }
      }
    }
  }
}`

func TestFileWrittenByHand(t *testing.T) {
	r, path := fresh(t)
	ctx := context.Background()
	if err := os.WriteFile(path, []byte(example), 0o640); err != nil {
		t.Fatal(err)
	}
	m, err := r.Model(ctx, "churn")
	want := registry.Model{Name: "churn", Tags: map[string]string{"owner": "ml-oncall"},
		Aliases: map[string]string{"champion": "2"}, Stages: map[string]string{"Production": "2"}}
	if diff := cmp.Diff(want, m); err != nil || diff != "" {
		t.Errorf("error %v, model (-want +got):\n%s", err, diff)
	}
	two, one := model.Ref{Name: "churn", Version: "2"}, model.Ref{Name: "churn", Version: "1"}
	if err := r.Switch(ctx, registry.Move{Slot: champion, Expect: two, Target: one}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{`"champion": "1"`, `"Production": "2"`, `"owner": "ml-oncall"`, `"created_at": "2026-09-01T00:00:00Z"`, `"auc": 0.91`} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("after a switch the file lacks %s:\n%s", kept, text)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, error %v, want that of before", info.Mode(), err)
	}
}

func TestMistakesInTheFileAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"models": {"churn": {"versions": {"1": {}}}}`:                                          "unexpected EOF",
		"{\n\"models\": {\n]":                                                                    "line 3: invalid character",
		`{"model": {}}`:                                                                          `unknown field "model"`,
		`{"models": {"churn": {"version": {}}}}`:                                                 `unknown field "version"`,
		`{"models": {}} {}`:                                                                      "text after the closing brace",
		`{"models": {"churn": null}}`:                                                            "model churn: is null",
		`{"models": {"churn": {"versions": {"1": null}}}}`:                                       `model churn: version "1": is null`,
		`{"models": {"churn": {"versions": {"v1": {}}}}}`:                                        `model churn: version "v1": number versions`,
		`{"models": {"churn": {"versions": {"01": {}}}}}`:                                        `model churn: version "01": number versions`,
		`{"models": {"churn": {"aliases": {"champion": "2"}, "versions": {"1": {}}}}}`:           `model churn: alias champion: version "2" does not exist`,
		`{"models": {"churn": {"stages": {"production": "1"}, "versions": {"1": {}}}}}`:          `stage "production": use Production or Staging`,
		`{"models": {"churn": {"versions": {"1": {"created_at": "yesterday"}}}}}`:                "yesterday",
		`{"models": {"a'b": {"versions": {}}}}`:                                                  `model name "a'b"`,
		`{"models": {"a": {"aliases": {"x": "1"}}, "b": {"stages": {"Production": "1"}}}}`:       "model a: alias x",
		`{"models": {"a": {"aliases": {"x": "1"}}, "b": {"stages": {"Production": "1"}}}}` + " ": "model b: stage Production",
	} {
		r, path := fresh(t)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := r.Serving(context.Background(), "churn", champion)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) || errors.Is(err, registry.ErrNotFound) {
			t.Errorf("%s\nerror %v\nwant  %q and the path in it", text, err, want)
		}
		if _, err := r.Register(context.Background(), registry.Version{Ref: model.Ref{Name: "churn"}}); err == nil {
			t.Errorf("%s\nwas overwritten", text)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("%s\nbecame\n%s", text, got)
		}
	}
}

func TestAFailedChangeLeavesNothingBehind(t *testing.T) {
	r, path := fresh(t)
	ctx := context.Background()
	ref, err := r.Register(ctx, registry.Version{Ref: model.Ref{Name: "churn"}})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := r.Annotate(ctx, ref, map[string]string{"a": "b", "Bad": "c"}); err == nil {
		t.Error("a bad key was accepted")
	}
	if err := r.Assign(ctx, champion, model.Ref{Name: "churn", Version: "9"}); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("assign to a missing version: error %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("file changed:\n%s", cmp.Diff(string(before), string(after)))
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if want := []string{path, path + ".lock"}; err != nil || !cmp.Equal(files, want) {
		t.Errorf("files %v, error %v, want %v", files, err, want)
	}
}

func TestLinksOutOfAVersionAreRefused(t *testing.T) {
	r, path := fresh(t)
	source := filepath.Join(filepath.Dir(path), "v1")
	if err := errors.Join(os.Mkdir(source, 0o755), os.Symlink(path, filepath.Join(source, "out.json"))); err != nil {
		t.Fatal(err)
	}
	ref, err := r.Register(context.Background(), registry.Version{Ref: model.Ref{Name: "churn"}, Source: source})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := r.Artifact(context.Background(), ref, "out.json"); err == nil {
		t.Errorf("read %q through a link", text)
	}
}

func TestConfigNamesTheRemedy(t *testing.T) {
	for path, want := range map[string]string{
		"": `path ""`, "doc.go/none/registry.json": "doc.go/none is not a directory", ".": "is not a regular file",
	} {
		if _, err := New(Config{Path: path}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("path %q: error %v, want %q in it", path, err, want)
		}
	}
}

func TestDirectoryIsMadeByTheFirstChange(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	r, err := New(Config{Path: filepath.Join(dir, "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Model(t.Context(), "churn"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("error %v, want %v", err, registry.ErrNotFound)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("reading made the directory")
	}
	if _, err := r.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Model(t.Context(), "churn"); err != nil {
		t.Error(err)
	}
}

// A model that did not change is written as it was before; what a person wrote by hand
// meanwhile is seen all the same.
func TestAChangeWritesWhatTheFileHolds(t *testing.T) {
	r, path := fresh(t)
	ctx := t.Context()
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"fraud", "a-b", "churn", "churn"} {
		ref, err := r.Register(ctx, registry.Version{Ref: model.Ref{Name: name}, Description: "ü & <é>"})
		if err == nil {
			err = r.Annotate(ctx, ref, map[string]string{"round": fmt.Sprint(i)})
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := json.MarshalIndent(c, "", "  ")
		if diff := cmp.Diff(string(whole)+"\n", string(text)); err != nil || diff != "" {
			t.Fatalf("error %v, the file (-want +got):\n%s", err, diff)
		}
		if err := os.WriteFile(path, bytes.ReplaceAll(text, []byte("ml-oncall"), []byte("ml-nights")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := r.Model(ctx, "churn"); err != nil || m.Tags["owner"] != "ml-nights" {
		t.Errorf("tags %v, error %v, want what was written by hand", m.Tags, err)
	}
}

// What readers hold is not changed beneath them: the race detector looks.
func TestReadersBesideChanges(t *testing.T) {
	r, _ := fresh(t)
	ref, err := r.Register(t.Context(), registry.Version{Ref: model.Ref{Name: "churn"}, Tags: map[string]string{"round": "-"}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for round := range 25 {
				key := fmt.Sprintf("by%d", i)
				if err := r.Annotate(t.Context(), ref, map[string]string{key: fmt.Sprint(round)}); err != nil {
					t.Error(err)
				}
				if v, err := r.Version(t.Context(), ref); err != nil || v.Tags[key] != fmt.Sprint(round) {
					t.Errorf("tags %v, error %v, want %s %d", v.Tags, err, key, round)
				}
			}
		})
	}
	all.Wait()
}

// childEnv makes the test binary a process that changes the file it names.
const childEnv = "FILESTORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const changes = 25

func child(path, what string) error {
	r, err := New(Config{Path: path})
	if err != nil {
		return err
	}
	ctx := context.Background()
	if what == "hold" {
		unlock, err := r.lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
		fmt.Println("locked")
		time.Sleep(parts.Patience) // until it is killed
		return nil
	}
	for range changes {
		if _, err := r.Register(ctx, registry.Version{Ref: model.Ref{Name: "churn"}, Description: what}); err != nil {
			return err
		}
	}
	return nil
}

func start(t *testing.T, path, what string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], what)
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestProcessesDoNotLoseEachOthersChanges(t *testing.T) {
	r, path := fresh(t)
	var running []*exec.Cmd
	for _, name := range []string{"a", "b", "c"} {
		cmd := start(t, path, name)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	versions, err := r.Versions(context.Background(), "churn")
	if err != nil || len(versions) != 3*changes {
		t.Fatalf("%d versions, error %v, want %d", len(versions), err, 3*changes)
	}
	by := map[string]int{}
	for _, v := range versions {
		by[v.Description]++
	}
	if diff := cmp.Diff(map[string]int{"a": changes, "b": changes, "c": changes}, by); diff != "" {
		t.Errorf("versions by process (-want +got):\n%s", diff)
	}
}

func TestLockOfAnotherProcess(t *testing.T) {
	r, path := fresh(t)
	cmd := start(t, path, "hold")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "locked\n" {
		t.Fatalf("child says %q, error %v", line, err)
	}
	v := registry.Version{Ref: model.Ref{Name: "churn"}}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Register(ctx, v); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "held by another process") {
		t.Errorf("while another process holds the lock: error %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), parts.Patience)
	defer cancel()
	if _, err := r.Register(ctx, v); err != nil {
		t.Errorf("after it was killed: %v", err)
	}
}
