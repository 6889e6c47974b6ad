// Command gallery draws every kind of message that people read in Slack: verdicts
// of a model that is made up go through the real decisions, are sent by the real
// notifier to a Slack that is not, and what that shows is written as pages and,
// given a browser, photographed. The pictures are those of docs/slack.md.
//
//	go run ./alerts/slack/gallery [-browser chromium] docs/slack
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/driftd/driftd/alerts/slack/slackfake"
)

func main() {
	browser := flag.String("browser", "", "also photograph the pages with this Chromium")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: gallery [-browser CHROMIUM] DIRECTORY")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *browser); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, browser string) error {
	pages, err := render()
	if err != nil {
		return err
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), page, 0o644); err != nil {
			return err
		}
	}
	if browser == "" {
		return nil
	}
	for _, s := range scenes {
		if err := photograph(browser, dir, s.name); err != nil {
			return fmt.Errorf("photograph %s: %w", s.name, err)
		}
	}
	return nil
}

// render plays the scenes and returns the pages by file name.
func render() (map[string][]byte, error) {
	pages := map[string][]byte{}
	for _, s := range scenes {
		messages, err := played(s)
		if err != nil {
			return nil, fmt.Errorf("play %s: %w", s.name, err)
		}
		var page bytes.Buffer
		last := messages[len(messages)-1]
		if err := slackfake.RenderHTML(&page, slackfake.Page{Channel: channel, Theme: cmp.Or(s.theme, "light"), Style: "../../alerts/slack/slackfake/page.css", People: map[string]string{owner: "ml-oncall"}, Messages: []slackfake.Message{last}}); err != nil {
			return nil, fmt.Errorf("render %s: %w", s.name, err)
		}
		pages[s.name+".html"] = page.Bytes()
	}
	return pages, nil
}
