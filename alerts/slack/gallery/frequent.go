package main

import (
	"cmp"
	"image/color"
	"maps"
	"slices"
)

// frequent returns the n most frequent colours.
func frequent(count map[color.Color]int, n int) color.Palette {
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int {
		return cmp.Or(-cmp.Compare(count[a], count[b]), cmp.Compare(packed(a), packed(b)))
	})
	return all[:min(n, len(all))]
}

func packed(c color.Color) uint64 {
	r, g, b, a := c.RGBA()
	return uint64(r)<<48 | uint64(g)<<32 | uint64(b)<<16 | uint64(a)
}
