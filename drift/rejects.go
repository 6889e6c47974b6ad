package drift

// rejects is the rise of the share of rows that could not be read, live less
// all earlier weeks together, in [-1, 1].
var rejects = StreamCheck{
	Name:      Rejects,
	Tolerance: 0.01,
	compare: func(weeks []Flow, now Flow, tolerance float64) Comparison {
		share := func(f Flow) Share { return Share{sum(f.Rejected), f.total()} }
		var earlier Share
		for _, week := range weeks {
			earlier.Add(share(week))
		}
		switch live := share(now); {
		case earlier.Rows == 0:
			return Comparison{Reason: NoReference}
		case live.Rows == 0:
			return Comparison{Reason: NoData}
		default:
			return compareShares(earlier, live, tolerance)
		}
	},
}
