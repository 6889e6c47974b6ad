package ingest

import (
	"cmp"
	"slices"

	"github.com/segmentio/kafka-go"
)

// balancer deals all partitions of all topics to the members in turn. Unlike
// kafka-go's own it spreads small topics over all members, and it asks for the
// partitions itself: kafka-go finds none at all while one of the topics does
// not exist yet.
type balancer struct {
	partitions func() ([]kafka.Partition, error)
}

func (balancer) ProtocolName() string      { return "roundrobin" }
func (balancer) UserData() ([]byte, error) { return nil, nil }

func (b balancer) AssignGroups(members []kafka.GroupMember, known []kafka.Partition) kafka.GroupMemberAssignments {
	if partitions, err := b.partitions(); err == nil {
		known = partitions // else what kafka-go has found; watch repairs an omission
	}
	return deal(members, known)
}

func deal(members []kafka.GroupMember, partitions []kafka.Partition) kafka.GroupMemberAssignments {
	members = slices.SortedFunc(slices.Values(members), func(a, b kafka.GroupMember) int { return cmp.Compare(a.ID, b.ID) })
	partitions = slices.SortedFunc(slices.Values(partitions), func(a, b kafka.Partition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.ID, b.ID))
	})
	assignments := make(kafka.GroupMemberAssignments, len(members))
	for _, m := range members {
		assignments[m.ID] = make(map[string][]int)
	}
	turn := 0
	for _, p := range partitions {
		// A member that does not read the topic is passed over: during an upgrade
		// the configurations may differ.
		for range members {
			m := members[turn%len(members)]
			turn++
			if slices.Contains(m.Topics, p.Topic) {
				assignments[m.ID][p.Topic] = append(assignments[m.ID][p.Topic], p.ID)
				break
			}
		}
	}
	return assignments
}
