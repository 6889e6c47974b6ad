// Command slack stands in for Slack in the example: it prints where its API is,
// keeps what it is sent, and prints the messages of the channel when its standard
// input ends.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/driftd/driftd/alerts/slack/slackfake"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: slack TOKEN CHANNEL")
		os.Exit(2)
	}
	token, channel := os.Args[1], os.Args[2]
	server := slackfake.New(token, channel)
	defer server.Close()
	fmt.Println(server.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, m := range server.Messages(channel) {
		fmt.Println(slackfake.Render(m))
	}
}
