package chengine_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// holdEnv makes the test binary a program that runs an engine in the directory it
// names, prints the engine's process id, and waits to be killed.
const holdEnv = "DRIFTD_TEST_HOLD_ENGINE"

func holdEngine() {
	dir := os.Getenv(holdEnv)
	if dir == "" || chengine.IsChild() {
		return
	}
	e := chengine.New(chengine.Config{Path: dir}, nil, nil) // the library is named in the environment
	go func() {
		fmt.Println(e.Run(context.Background()))
		os.Exit(1)
	}()
	if err := e.Ready(context.Background()); err == nil {
		fmt.Println(e.PID())
	}
	select {}
}

func TestEngineGoesWithItsParent(t *testing.T) {
	dir := t.TempDir()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), holdEnv+"="+dir, chengine.LibraryEnv+"="+parts.Library(t))
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { parent.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the parent printed %q instead of a process id", line)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()

	// A daemon that is started at once waits for the orphan to leave the directory.
	start(t, dir)
	eventually(t, "the orphan is gone", func() bool { return gone(pid) })
}
