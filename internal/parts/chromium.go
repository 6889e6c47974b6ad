package parts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// ChromiumEnv names an installed browser that is taken instead of the fetched one.
const ChromiumEnv = "DRIFTD_CHROMIUM"

// Browser is a headless Chromium that can be started.
type Browser struct {
	Path string
	Env  []string // of its process, beside the usual
	Axe  string   // path of axe-core's script, the rules of accessibility
}

// Chromium returns a browser.
func Chromium(t testing.TB) Browser {
	t.Helper()
	axe, err := cached("chromium", chromiumVersion, "axe.min.js")
	if err != nil {
		absent(t, "axe-core", "fetch-chromium", err)
	}
	// Without a locale, the browser's language is none that scripts can read.
	b := Browser{Axe: axe, Env: []string{"LANG=en_US.UTF-8", "LC_ALL=en_US.UTF-8"}}
	if b.Path = os.Getenv(ChromiumEnv); b.Path != "" {
		return b
	}
	dir := filepath.Dir(axe)
	b.Path, b.Env = filepath.Join(dir, "chromium"), append(b.Env, "LD_LIBRARY_PATH="+filepath.Join(dir, "lib"))
	if _, err := os.Stat(b.Path); err != nil {
		absent(t, "Chromium", "fetch-chromium", fmt.Errorf("%w (or name one by %s)", err, ChromiumEnv))
	}
	if _, err := os.Stat("/etc/fonts/fonts.conf"); err != nil {
		b.Env = append(b.Env, "FONTCONFIG_FILE="+filepath.Join(dir, "fonts.conf"))
	}
	return b
}
