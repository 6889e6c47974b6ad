# The proof that nothing is lost and nothing counted twice; see docs/ingest.md.
KILLS ?= 200
SEED ?= 0

.PHONY: kill-loop kill-leaders

kill-loop: fetch ## kill daemon, engine and broker KILLS times (SEED repeats a run), and count
	DRIFTD_TEST_REQUIRE=1 go test -count=1 -timeout 120m -run '^TestKillLoop$$' -v ./ingest/faults -kills $(KILLS) -seed $(SEED)

kill-leaders: fetch ## kill and stop replicas KILLS times (SEED repeats a run), and look who acted
	DRIFTD_TEST_REQUIRE=1 go test -count=1 -timeout 120m -run '^TestLeaderKills$$' -v ./ingest/faults -kills $(KILLS) -seed $(SEED)
