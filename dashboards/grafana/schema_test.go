package grafana

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/internal/parts"
)

// typesOf names the files of Grafana's types by kind of panel.
var typesOf = map[string]string{
	"timeseries": "TimeSeries", "state-timeline": "StateTimeline", "heatmap": "Heatmap", "table": "Table", "stat": "Stat", "barchart": "BarChart",
}

// plain makes types of JSON from Grafana's, whose enumerations only programs know. What
// else a query has is known to its plugin.
const plain = `import type { Dashboard } from '@grafana/schema';
type Plain<T> = T extends string ? ` + "`${T}`" + ` : T extends (infer U)[] ? Plain<U>[] : T extends { refId: string } ? T & Record<string, unknown> : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
`

// Dashboards, and the options of their panels, are what Grafana's own types say.
func TestDashboardsHaveGrafanasTypes(t *testing.T) {
	if out := typecheck(t, program(t, dashboards.Boards())); out != "" {
		t.Error(out)
	}
	wrong := strings.Replace(program(t, dashboards.Boards()[:1]), `"showHeader": true`, `"showHeader": "yes"`, -1)
	if out := typecheck(t, wrong); !strings.Contains(out, "boolean") {
		t.Errorf("a wrong option passes: %q", out)
	}
}

// program is TypeScript that compiles if all is well.
func program(t *testing.T, boards []dashboards.Board) string {
	t.Helper()
	var out strings.Builder
	out.WriteString(plain)
	for kind, name := range typesOf {
		folder := strings.ReplaceAll(kind, "-", "")
		fmt.Fprintf(&out, "import type { Options as %[1]sOptions%[3]s } from '@grafana/schema/dist/esm/raw/composable/%[2]s/panelcfg/x/%[1]sPanelCfg_types.gen';\n", name, folder, custom(name))
	}
	write := func(name, kind string, v any) {
		text, err := encode(v)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "export const %s: Plain<%s> = %s;\n", name, kind, text)
	}
	for i, b := range boards {
		d := build(b)
		write(fmt.Sprintf("board%d", i), "Dashboard", d)
		for _, p := range d.Panels {
			write(fmt.Sprintf("options%d_%d", i, p.ID), "Partial<"+typesOf[p.Type]+"Options>", p.Options)
			if custom(typesOf[p.Type]) != "" {
				write(fmt.Sprintf("custom%d_%d", i, p.ID), "Partial<"+typesOf[p.Type]+"Custom>", p.FieldConfig.Defaults.Custom)
			}
		}
	}
	return out.String()
}

// custom imports the type of a panel's own settings of fields, if it has one.
func custom(name string) string {
	if name == "Stat" || name == "Table" {
		return ""
	}
	return ", FieldConfig as " + name + "Custom"
}

// typecheck returns what the compiler says against a program.
func typecheck(t *testing.T, program string) string {
	t.Helper()
	modules := parts.Grafana(t)
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(modules, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "check.ts"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join("node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022", "check.ts")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%v: %s", err, out)
}
