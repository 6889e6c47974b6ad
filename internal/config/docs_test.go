package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate/performance"
)

// Every key is explained, and every default of a top-level duration stays as told.
func TestEveryKeyIsExplained(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var walk func(path string, of reflect.Type)
	walk = func(path string, of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			key, squash, _ := strings.Cut(of.Field(i).Tag.Get("mapstructure"), ",")
			switch {
			case squash == "squash":
				walk(path, of.Field(i).Type)
			case key != "" && key != "-":
				if !strings.Contains(string(text), "`"+key+"`") {
					t.Errorf("%s.%s is not in docs/configuration.md", path, key)
				}
				walk(path+"."+key, of.Field(i).Type)
			}
		}
	}
	walk("", reflect.TypeFor[file]())
	if len(seen) < 15 {
		t.Errorf("walked %d sections", len(seen))
	}
}

func TestEveryMetricIsExplained(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	may := map[performance.Weight]string{performance.Shown: "be shown", performance.Pages: "page", performance.Demotes: "demote"}
	var rows []string
	for _, m := range performance.Catalog {
		on, tolerate := "", ""
		if m.Default {
			on = "yes "
		}
		if m.Weight != performance.Shown {
			tolerate = fmt.Sprintf("%g ", m.Tolerance)
		}
		rows = append(rows, fmt.Sprintf("| [`%s`](checks/%[1]s.md) | %s | %s| %s | %s|\n", m.Name, strings.Join(m.Tasks, ", "), on, may[m.Weight], tolerate))
	}
	if table := strings.Join(rows, ""); !strings.Contains(string(text), table) {
		t.Errorf("docs/configuration.md lacks the table\n%s", table)
	}
}
