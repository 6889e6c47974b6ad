package house_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/performance"
)

const module = "github.com/driftd/driftd"

type pkg struct {
	ImportPath, Doc, Dir string
	GoFiles, Imports     []string
}

// packages lists the module's packages with their production imports.
func packages(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,Dir,GoFiles,Imports", module+"/...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]pkg{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")] = p
	}
	if len(all) < 15 {
		t.Fatalf("only %d packages found: the rules would hold of nothing", len(all))
	}
	return all
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// may says which of our packages a package may import: the prefixes of the
// longest matching key. Packages without a key may import all.
var may = map[string][]string{
	"drift":                  {},
	"evaluate/performance":   {},
	"evaluate/evidence":      {},
	"internal/model":         {},
	"internal/schedule":      {},
	"internal/terminal":      {},
	"internal/outbound":      {},
	"internal/chengine":      {},
	"demo/data":              {},
	"dashboards":             {"dashboards"},
	"dashboards/seed":        {},
	"ingest":                 {"internal/model", "ingest"},
	"registry":               {"internal/model", "internal/outbound", "registry"},
	"evaluate":               {"drift", "evaluate", "internal/model"},
	"alerts":                 {"evaluate", "drift", "internal/model", "internal/outbound", "alerts"},
	"alerts/slack/slackfake": {},
	"internal/clickhouse":    {"ingest", "drift", "evaluate", "alerts", "internal/model"},
	"cmd/driftd":             {"internal/app", "internal/config", "internal/terminal", "internal/chengine", "internal/clickhouse", "internal/model", "evaluate", "demo", "dashboards"},
}

func under(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func TestImportsFollowTheMap(t *testing.T) {
	for path, p := range packages(t) {
		rule := ""
		for key := range may {
			if under(path, key) && len(key) > len(rule) {
				rule = key
			}
		}
		if rule == "" {
			continue
		}
		for _, imported := range p.Imports {
			own, ours := strings.CutPrefix(imported, module+"/")
			if ours && !slices.ContainsFunc(may[rule], func(prefix string) bool { return under(own, prefix) }) {
				t.Errorf("%s imports %s: %s may import %v", path, own, rule, may[rule])
			}
		}
	}
}

// owners are the only packages that know a library.
var owners = map[string][]string{
	"github.com/ClickHouse/clickhouse-go": {"internal/clickhouse", "internal/parts"},
	"github.com/segmentio/kafka-go":       {"ingest", "internal/parts"},
	"github.com/slack-go/slack":           {"alerts/slack"},
	"gonum.org/v1/plot":                   {"alerts/slack"},
	"github.com/twmb/franz-go":            {"demo", "ingest/schema"},
	"github.com/robfig/cron":              {"internal/schedule"},
	"github.com/ebitengine/purego":        {"internal/chengine"},
	"github.com/parquet-go/parquet-go":    {"ingest/file"},
	module + "/internal/parts":            {},        // tests only
	module + "/dashboards/seed":           {"bench"}, // beside tests
}

func TestLibrariesHaveOneOwner(t *testing.T) {
	for path, p := range packages(t) {
		for _, imported := range p.Imports {
			for library, may := range owners {
				if under(imported, library) && !slices.ContainsFunc(may, func(owner string) bool { return under(path, owner) }) {
					t.Errorf("%s imports %s, which only %v may", path, imported, may)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for path, p := range packages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", path)
		}
		if slices.Contains([]string{"util", "utils", "helpers", "common", "misc"}, filepath.Base(path)) {
			t.Errorf("%s: name it after what it does", path)
		}
	}
}

// Words that never stand in the code.
var forbidden = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

func TestFilesAreShortAndFinished(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(text, []byte("\n")); n > 400 {
				t.Errorf("%s has %d lines: split it by verb", name, n)
			}
			if word := forbidden.Find(text); word != nil {
				t.Errorf("%s: %s: do it, or say it in the docs", name, word)
			}
		}
	}
}

// Below the app, the tick is the time.
func TestOnlyTheEdgeKnowsTheClock(t *testing.T) {
	for path, p := range packages(t) {
		if !under(path, "drift") && !under(path, "evaluate") {
			continue
		}
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte("time.Now(")) {
				t.Errorf("%s/%s reads the clock: it is told the tick", path, name)
			}
		}
	}
}

func TestEveryQueryIsUsed(t *testing.T) {
	dir := filepath.Join(root(t), "internal", "clickhouse")
	files, err := filepath.Glob(filepath.Join(dir, "queries", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries found: %v", err)
	}
	var code []byte
	for _, name := range packages(t)["internal/clickhouse"].GoFiles {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		code = append(code, text...)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".sql")
		if !bytes.Contains(code, []byte(`"`+name+`"`)) {
			t.Errorf("queries/%s.sql is not used", name)
		}
	}
}

// sections are what a check's page tells, in this order.
var sections = []string{
	"## What it answers", "## Formula", "## Range", "## Special cases",
	"## Defaults, and why", "## How others do it", "## How to read it in an incident",
}

func TestEveryCheckHasItsPage(t *testing.T) {
	dir := filepath.Join(root(t), "docs", "checks")
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var pages []string
	for _, file := range files {
		pages = append(pages, strings.TrimSuffix(filepath.Base(file), ".md"))
	}
	checks := drift.Checks()
	for _, m := range performance.Catalog {
		checks = append(checks, m.Name)
	}
	for _, name := range checks {
		if !slices.Contains(pages, name) {
			t.Errorf("check %s has no page docs/checks/%s.md", name, name)
		}
	}
	for i, name := range pages {
		if !slices.Contains(checks, name) {
			t.Errorf("docs/checks/%s.md is of no check: want one of %v", name, checks)
		}
		text, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, heading := range sections {
			next := strings.Index(string(text[at:]), "\n"+heading+"\n\n")
			if next < 0 {
				t.Errorf("docs/checks/%s.md: no %q in its place", name, heading)
				continue
			}
			at += next + 1
		}
	}
}
