package view_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/internal/parts"
)

// step is how long one thing may take in the browser, on a machine that has a lot
// to do; not the first, which starts it.
const step = parts.Patience

// tab is a page in the browser; what it complains of fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
	axe string

	mu         sync.Mutex
	complaints []string
	asked      []string // addresses
}

func browse(t *testing.T, url string) *tab {
	t.Helper()
	browser := parts.Chromium(t)
	axe, err := os.ReadFile(browser.Axe)
	if err != nil {
		t.Fatal(err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(browser.Path), chromedp.Env(browser.Env...), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1440, 900),
		chromedp.WSURLReadTimeout(parts.Patience))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, close := chromedp.NewContext(ctx)
	t.Cleanup(close)
	b := &tab{t: t, ctx: ctx, url: url, axe: string(axe)}
	if err := chromedp.Listen(ctx, b.hear); err != nil { // which starts the browser
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, cdpruntime.Enable, cdp.Empty{})
	return b
}

// run does something in the tab, or ends the test.
func run[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, step)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	return run(b, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, command, params) })
}

// hear notes what the browser complains of, and what it asks for.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprintf("%s: %s", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description))
	case *cdpruntime.EventConsoleAPICalled:
		if e.Type == cdpruntime.ConsoleAPICalledTypeError || e.Type == cdpruntime.ConsoleAPICalledTypeWarning {
			b.complaints = append(b.complaints, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

// open shows a path once its charts are drawn.
func (b *tab) open(path string) {
	b.t.Helper()
	run(b, chromedp.Navigate(b.url+path))
	b.await("html[data-drawn]")
}

// scheme sets what the person prefers: light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// accessible fails with what axe finds of kinds that keep people out.
func (b *tab) accessible(what string) {
	b.t.Helper()
	run(b, chromedp.Evaluate[chromedp.Void](b.axe))
	found := run(b, chromedp.Evaluate[string](`axe.run({resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ") + " " + n.failureSummary).join("; "))))`, chromedp.EvalAwaitPromise))
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		b.t.Errorf("%s: %s", what, v)
	}
}

// quiet fails with what was complained of, and with what was asked for elsewhere.
func (b *tab) quiet(what string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("%s: the browser complains: %s", what, c)
	}
	for _, u := range b.asked {
		if !strings.HasPrefix(u, b.url+"/") && !strings.HasPrefix(u, "data:") {
			b.t.Errorf("%s: asked %s", what, u)
		}
	}
	b.complaints, b.asked = nil, nil
}

// await returns when an element is there.
func (b *tab) await(selector string) {
	b.t.Helper()
	run(b, chromedp.WaitReady(chromedp.CSS(selector)))
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(run(b, chromedp.TextContent(chromedp.CSS(selector)))), " ")
}

func (b *tab) click(selector string) {
	b.t.Helper()
	run(b, chromedp.Click(chromedp.CSS(selector)))
}

func TestEveryViewInABrowser(t *testing.T) {
	_, incidents, _ := story()
	server := served(t, seeded(t))
	b := browse(t, server.URL)
	model := "/models/" + url.PathEscape(faulty)
	type view struct {
		path, heading string
		charts        int // drawn; of boards any
	}
	views := map[string]view{
		"fleet":    {"/", "Fleet", 0},
		"filtered": {"/?state=critical", "Fleet", 0},
		"none":     {"/?q=zzz", "Fleet", 0},
		"model":    {model, faulty, 0},
		"version":  {model + "/10", faulty + " 10", 4},
		"drifted":  {"/models/" + url.PathEscape(drifted) + "/3", drifted + " 3", 3},
		"blind":    {"/models/" + url.PathEscape(blind) + "/1", blind + " 1", 0},
		"silent":   {"/models/" + url.PathEscape(silent), silent, 0},
		"incident": {"/incidents/" + url.PathEscape(incidents[0].ID), incidents[0].Headline, 1},
		"drift":    {"/incidents/" + url.PathEscape(incidents[1].ID), incidents[1].Headline, 0},
	}
	for _, board := range dashboards.Boards() {
		views["board "+board.Title] = view{web.BoardPath(board.UID, about(faulty)), board.Title, 0}
	}
	for name, view := range views {
		t.Run(name, func(t *testing.T) {
			b.t = t
			for _, scheme := range []string{"light", "dark"} {
				b.scheme(scheme)
				b.open(view.path)
				if got := b.text("h1"); got != view.heading {
					t.Errorf("heading %q, want %q", got, view.heading)
				}
				drawn := run(b, chromedp.Evaluate[int](`[...document.querySelectorAll(".plot canvas")].filter(c => c.width > 100).length`))
				if drawn != view.charts && !strings.HasPrefix(name, "board ") {
					t.Errorf("%d charts are drawn, want %d", drawn, view.charts)
				}
				b.quiet(scheme)
				b.accessible(scheme)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		b.t = t
		b.open("/models/nobody")
		if got := b.text("h1"); got != "Not here" {
			t.Errorf("heading %q", got)
		}
		b.accessible("missing") // the browser complains of the 404 itself
		b.complaints, b.asked = nil, nil
	})
}

// What is shown are the API's numbers, and links and the filter lead where they say.
func TestTheBrowserShowsTheNumbersOfTheAPI(t *testing.T) {
	server := served(t, seeded(t))
	b := browse(t, server.URL)
	_, text, _ := get(t, server, "/api/v1/models")
	worst := decoded[web.Fleet](t, text).Versions[0]
	b.open("/")
	row := b.text("table.fleet tbody tr:first-child")
	for _, want := range []string{
		"critical", faulty + " 10", "champion", worst.Why, "since " + worst.Since.Format(time.DateOnly), "crossed",
		fmt.Sprintf("brier +%.4f against 9", *worst.Metric.Value), fmt.Sprintf("tolerated %.4f", *worst.Metric.Limit),
		fmt.Sprintf("%.4f to %.4f", *worst.Metric.Lower, *worst.Metric.Upper), "n 900", "9 → ", "performance", "proposed",
	} {
		if want == "9 → " {
			want = "10 → 9"
		}
		if !strings.Contains(row, want) {
			t.Errorf("the first line %q lacks %q", row, want)
		}
	}
	b.click("table.fleet tbody tr:first-child th a")
	b.await("html[data-drawn] .facts")
	if got := b.text("h1"); got != faulty+" 10" {
		t.Errorf("the first link leads to %q", got)
	}
	_, text, _ = get(t, server, "/api/v1/models/"+url.PathEscape(faulty)+"/versions/10")
	version := decoded[web.Version](t, text)
	cells := run(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("figure.chart")].flatMap(f => [...f.querySelectorAll("td[data-v]")].map(c => c.dataset.v))`))
	var want []string
	for _, chart := range slices.Concat([]web.Chart{version.Evidence}, version.Metrics, []web.Chart{version.Labels}) {
		for _, p := range chart.Points {
			for _, x := range p.Values {
				number := ""
				if x != nil {
					text, err := json.Marshal(x)
					if err != nil {
						t.Fatal(err)
					}
					number = string(text)
				}
				want = append(want, number)
			}
		}
	}
	if len(want) < 100 || !slices.Equal(want, cells) {
		t.Errorf("the tables of the charts hold %d numbers, other than the API's %d", len(cells), len(want))
	}
	b.open("/")
	run(b, chromedp.SendKeys(chromedp.CSS("#q"), "churn\r"))
	b.await(`html[data-drawn] input[value="churn"]`)
	names := run(b, chromedp.Evaluate[[]string](`[...document.querySelectorAll("table.fleet tbody th a")].map(a => a.textContent.trim())`))
	if !slices.Equal(names, []string{"churn 1"}) {
		t.Errorf("the filter shows %q", names)
	}
	b.click(".states a.critical")
	b.await("html[data-drawn] .empty") // churn is not critical
	// Without a mouse: the first thing that is reached leads to the content.
	b.open("/")
	run(b, chromedp.KeyEvent("\t"))
	if focused := run(b, chromedp.Evaluate[string](`document.activeElement.textContent`)); focused != "Skip to the content" {
		t.Errorf("the first tab reaches %q", focused)
	}
	b.quiet("clicking")
}

// Without the script the numbers are there.
func TestWithoutScript(t *testing.T) {
	server := served(t, seeded(t))
	b := browse(t, server.URL)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	run(b, chromedp.Navigate(server.URL+"/models/"+url.PathEscape(faulty)+"/10"))
	b.await("footer")
	if text := b.text("main"); !strings.Contains(text, "does worse than its fallback") {
		t.Errorf("without a script: %q", text)
	}
	b.quiet("without a script")
}
