package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const docs = "../../../docs/slack"

// The pages beside the documentation are what people read now.
func TestPagesAreAsStored(t *testing.T) {
	pages, err := render()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(docs + ".md")
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pages {
		stored, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil || !bytes.Equal(stored, page) {
			t.Errorf("%s (%v): run make slack-pictures if this is meant:\n%s", name, err, cmp.Diff(string(stored), string(page)))
		}
		scene := strings.TrimSuffix(name, ".html")
		if picture, err := os.Stat(filepath.Join(docs, scene+".png")); err != nil || picture.Size() > 150_000 {
			t.Errorf("picture of %s: %v, want one of at most 150 kB", scene, err)
		}
		if !strings.Contains(string(text), "(slack/"+scene+".png)") {
			t.Errorf("docs/slack.md does not show %s", scene)
		}
	}
}
