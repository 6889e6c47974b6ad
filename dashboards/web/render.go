package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed templates
var templateFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"asset": asset, "day": day, "minute": minute, "stamp": stamp, "figure": figure, "signed": signed, "percent": percent, "way": way,
	"grouped": grouped, "width": width, "modelPath": modelPath, "versionPath": versionPath, "incidentPath": incidentPath,
	"words": words, "duration": duration, "list": list, "shape": shape, "fleetURL": fleetURL, "spanURL": spanURL, "axis": axis, "strips": strips,
	"boardOf": boardOf, "ofBoard": ofBoard, "cell": cell, "raw": raw, "pairs": pairs, "spoken": spoken, "legend": func() []string { return States }, "json": marks,
	"ms": func(t time.Time) int64 { return t.UnixMilli() }, "less": func(n int) int { return n - 1 }, "more": func(n int) int { return n + 1 },
}).ParseFS(templateFiles, "templates/*.html"))

// revision names the content of what is static, so that browsers may keep it.
var revision = func() string {
	sum := sha256.New()
	err := fs.WalkDir(static, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := static.ReadFile(path)
		sum.Write(text)
		return err
	})
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}()

func asset(name string) string { return "/static/" + name + "?v=" + revision }

func modelPath(model string) string { return "/models/" + url.PathEscape(model) }

func versionPath(model, version string) string {
	if version == "" {
		return modelPath(model)
	}
	return modelPath(model) + "/" + url.PathEscape(version)
}

func incidentPath(id string) string { return "/incidents/" + url.PathEscape(id) }

// fleetURL is the fleet with the filter of f and one thing changed.
func fleetURL(f Filter, key, value string) string {
	switch key {
	case "state":
		f.State, f.Page = value, 1
	case "page":
		f.Page, _ = strconv.Atoi(value)
	}
	q := url.Values{}
	if f.Text != "" {
		q.Set("q", f.Text)
	}
	if f.State != "" {
		q.Set("state", f.State)
	}
	if f.Page > 1 {
		q.Set("page", strconv.Itoa(f.Page))
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// spanURL is the same page about the days before the end of the span.
func spanURL(s Span, days int) string {
	return "?" + url.Values{"from": {s.To.AddDate(0, 0, -days).Format(time.DateOnly)}, "to": {s.To.Format(time.RFC3339)}}.Encode()
}

// at dereferences what templates hand over: a time or a pointer to one.
func at(t any) time.Time {
	switch t := t.(type) {
	case time.Time:
		return t
	case *time.Time:
		if t != nil {
			return *t
		}
	}
	return time.Time{}
}

func written(t any, layout string) string {
	if at := at(t); !at.IsZero() {
		return at.UTC().Format(layout)
	}
	return "–"
}

func day(t any) string    { return written(t, time.DateOnly) }
func minute(t any) string { return written(t, "2006-01-02 15:04") }
func stamp(t any) string  { return written(t, time.RFC3339) }

// number dereferences what templates hand over.
func number(x any) (float64, bool) {
	switch x := x.(type) {
	case float64:
		return x, true
	case *float64:
		if x != nil {
			return *x, true
		}
	}
	return 0, false
}

// figure writes a number with the same digits as its neighbours in a column.
func figure(x any) string {
	v, ok := number(x)
	switch size := math.Abs(v); {
	case !ok:
		return "–"
	case size >= 1000 && size < 1e15:
		return strings.TrimPrefix("−", map[bool]string{false: "−"}[v < 0]) + grouped(uint64(math.Round(size)))
	case size >= 1e15 || v != 0 && size < 0.00005:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case size >= 10:
		return minus(fmt.Sprintf("%.2f", v))
	}
	return minus(fmt.Sprintf("%.4f", v))
}

func signed(x any) string {
	if v, ok := number(x); ok && v > 0 {
		return "+" + figure(x)
	}
	return figure(x)
}

func minus(text string) string { return strings.Replace(text, "-", "−", 1) }

// percent writes a share of 1.
func percent(x any) string {
	v, ok := number(x)
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*v)
}

// way writes how far evidence has come; how much further than its alarm says
// little.
func way(x any) string {
	if v, ok := number(x); ok && v >= 1 {
		return "crossed"
	}
	return percent(x)
}

// width is a share of 1 as the length of a bar of 100.
func width(x any) string {
	v, _ := number(x)
	return strconv.FormatFloat(100*math.Min(1, math.Max(0, v)), 'f', 1, 64)
}

// raw is a number for the script.
func raw(x any) string {
	v, ok := number(x)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// cell writes a number in the unit of its chart.
func cell(unit string, x any) string {
	v, ok := number(x)
	switch {
	case !ok:
		return "–"
	case unit == "share":
		return fmt.Sprintf("%.1f %%", 100*v)
	case unit == "count":
		return grouped(uint64(math.Round(v)))
	}
	return figure(v)
}

func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func words(constant string) string { return strings.ReplaceAll(constant, "_", " ") }

// duration writes how long from was before to, roughly.
func duration(from, to any) string {
	d := at(to).Sub(at(from))
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f d", d.Hours()/24)
	case d >= time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}

// list writes some names and how many more there are.
func list(names []string, count uint64) string {
	shown := names[:min(3, len(names))]
	text := strings.Join(shown, ", ")
	if more := int(count) - len(shown); more > 0 && text != "" {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// pairs makes a map of what a nested template needs.
func pairs(all ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(all); i += 2 {
		m[all[i].(string)] = all[i+1]
	}
	return m
}

// marks are what the script draws across a chart.
func marks(all []Mark) (string, error) {
	text, err := json.Marshal(all)
	return string(text), err
}
