package performance

// Accuracy is the share of correct rows among n, with Wilson's interval.
func Accuracy(correct, n int) Estimate { return share("accuracy", correct, n, NoRows) }
