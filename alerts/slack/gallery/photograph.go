package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// The window of the browser; what stays empty below a message is cut off.
const (
	width, height = 800, 1400
	margin        = 16
)

// photograph takes a picture of the page.
func photograph(browser, dir, name string) error {
	profile, err := os.MkdirTemp("", "gallery-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(profile) }()
	page, err := filepath.Abs(filepath.Join(dir, name+".html"))
	if err != nil {
		return err
	}
	shot := filepath.Join(profile, "shot.png")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, browser,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir="+profile,
		fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+shot, "file://"+page).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", browser, err, out)
	}
	raw, err := os.ReadFile(shot)
	if err != nil {
		return err
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return save(filepath.Join(dir, name+".png"), cropped(picture))
}

// cropped cuts off what is empty below the message.
func cropped(picture image.Image) image.Image {
	b := picture.Bounds()
	ground := picture.At(b.Min.X, b.Min.Y)
	last := b.Min.Y
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if picture.At(x, y) != ground {
				last = y
				break
			}
		}
	}
	part := image.Rect(b.Min.X, b.Min.Y, b.Max.X, min(b.Max.Y, last+margin))
	out := image.NewPaletted(part, palette(picture, part))
	draw.Draw(out, part, picture, part.Min, draw.Src)
	return out
}

// palette is the colours of the part that are most frequent, which is what keeps
// the picture small.
func palette(picture image.Image, part image.Rectangle) color.Palette {
	count := map[color.Color]int{}
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	return frequent(count, 256)
}

func save(path string, picture image.Image) error {
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}
