package evaluate

import "strings"

var sentences = map[string]string{
	ReasonNoReference: "its reference is not pinned yet, the data are too few or too young",
	ReasonPinned:      "its reference was pinned just now",
	ReasonAccepted:    "a new reference was accepted for it",
	ReasonBaseline:    "its baseline cannot be used, the log says why",
	ReasonUnread:      "its reference is not pinned yet, the registry cannot say whether it has a baseline",
	ReasonNotTrained:  "its baseline says nothing about the series",
	ReasonNoVariation: "its baseline does not tell how much honest windows differ",
	ReasonResembling:  "the windows of its reference resemble those before, whichever their length: a longer reference helps",
	ReasonNoOther:     "the version whose reference it takes has none yet",
	ReasonMoved:       "it differs from the windows before",
	ReasonNoWindow:    "no window has closed since its reference was pinned",
	ReasonNoRows:      "it made no predictions",
	ReasonShifted:     "its inputs moved away from the reference",
	ReasonData:        "its data are not as they should be",
	ReasonDays:        "the stream is too young to be compared with earlier weeks, earlier days are instead",
	ReasonPaired:      "it does worse than its fallback on the same requests",
	ReasonAbsolute:    "it is below its baseline",
	ReasonFloor:       "it is below the stated floor",
	ReasonCoverage:    "too few of its predictions have a label",
	ReasonAbsent:      "its predictions without an outcome count as negative",
	ReasonNoLabels:    "its labels are not mature",
	ReasonNoBaseline:  "it has no baseline to be held to",
	ReasonUnlabelled:  "bounded, whatever the missing labels are",
	ReasonSelected:    "rows with a label score otherwise than those without: what labels say may not hold for all",
	ReasonSlice:       "it does worse there than elsewhere",
	ReasonNoSlice:     "no slice does worse than elsewhere",
	ReasonExpected:    "estimated from its scores, as if labels still depended on them as in the reference",
}

// Sentence says the reason of a verdict or a result to people, as half a
// sentence about the version; "" has none. Reasons that other packages made
// are constants with underscores, readable enough.
func Sentence(reason string) string {
	if s, ok := sentences[reason]; ok {
		return s
	}
	return strings.ReplaceAll(reason, "_", " ")
}
