package config

import (
	"encoding"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// scalar reads one word, number, duration or time.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n, path, "%s: give one value", describe(n))
		return
	}
	text := n.Value
	switch p := v.Addr().Interface().(type) {
	case *time.Duration:
		value, remedy := parseDuration(text)
		if remedy != "" {
			d.fail(n, path, "%q: %s", short(text), remedy)
			return
		}
		*p = value
		return
	case *time.Time:
		value, err := time.Parse(time.RFC3339, text)
		if err != nil {
			d.fail(n, path, "%q: give date, time and zone, such as 2026-09-01T00:00:00Z", short(text))
			return
		}
		*p = value.UTC()
		return
	case encoding.TextUnmarshaler:
		if err := p.UnmarshalText([]byte(text)); err != nil {
			d.fail(n, path, "%v", err)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		// The text as written: positive: 1 means "1", and no stays "no".
		v.SetString(text)
		if strings.HasSuffix(path, "_file") {
			d.secret(n, path, text)
		}
	case reflect.Bool:
		if text != "true" && text != "false" {
			d.fail(n, path, "%q: write true or false", short(text))
			return
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		value, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			d.fail(n, path, "%q: give a whole number", short(text))
			return
		}
		v.SetInt(value)
	case reflect.Float64:
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			d.fail(n, path, "%q: give a number%s", short(text), percentHint(text))
			return
		}
		v.SetFloat(value)
	default:
		d.fail(n, path, "values of type %s cannot be configured", v.Type())
	}
}

// wordy is a duration as people say it.
var wordy = regexp.MustCompile(`^([0-9]+)\s*(d|days?|w|weeks?|hours?|hrs?|minutes?|mins?|seconds?|secs?)$`)

var perUnit = map[byte]time.Duration{'d': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}

// parseDuration reads a duration of at most a century, or says what to write
// instead.
func parseDuration(text string) (time.Duration, string) {
	const most = 100 * 366 * 24 * time.Hour
	if value, err := time.ParseDuration(text); err == nil && text != "0" {
		if value.Abs() > most {
			return 0, "give at most a century"
		}
		return value, ""
	}
	if text == "0" {
		return 0, ""
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, "give a unit, such as " + text + "m or " + text + "h"
	}
	if m := wordy.FindStringSubmatch(strings.ToLower(text)); m != nil {
		count, err := strconv.Atoi(m[1])
		if unit := perUnit[m[2][0]]; err == nil && count <= int(most/unit) {
			return 0, "write " + formatDuration(time.Duration(count)*unit)
		}
	}
	return 0, "give a duration with its unit, such as 90s, 15m or 72h"
}

// formatDuration writes a duration without its zero parts: 72h, not 72h0m0s.
func formatDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// percentHint turns 5% into a remedy.
func percentHint(text string) string {
	bare, isPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	if value, err := strconv.ParseFloat(bare, 64); isPercent && err == nil {
		return ", such as " + strconv.FormatFloat(value/100, 'g', 6, 64)
	}
	return ""
}
