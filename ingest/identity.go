package ingest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// topicID tells one life of a topic from the next: a topic that is deleted and
// created anew has another. It is zero where the brokers do not tell, which those
// before 2.8 do not.
type topicID [16]byte

func (id topicID) String() string {
	if id == (topicID{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// differ reports whether two ids are known not to be those of one topic.
func differ(a, b topicID) bool { return a != b && a != (topicID{}) && b != (topicID{}) }

func parseTopicID(text string) (id topicID, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return topicID(append(raw, make([]byte, len(id))...)[:len(id)]), err == nil && len(raw) == len(id)
}

// identityVersion is the first version of the metadata request with topic ids.
const identityVersion = 10

// topicIDs returns the ids of the topics that exist, as the cluster knows them now.
func (c *cluster) topicIDs(ctx context.Context) (map[string]topicID, error) {
	told, err := c.tellsIDs(ctx)
	if err != nil || !told {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := c.transport.RoundTrip(ctx, c.client.Addr, &identityRequest{topics: c.topics})
	if err != nil {
		return nil, fmt.Errorf("read ids of topics: %w", err)
	}
	return response.(*identityResponse).ids, nil
}

func (c *cluster) tellsIDs(ctx context.Context) (bool, error) {
	response, err := c.client.ApiVersions(ctx, &kafka.ApiVersionsRequest{})
	if err == nil {
		err = response.Error
	}
	if err != nil {
		return false, fmt.Errorf("read versions of the brokers' interfaces: %w", err)
	}
	for _, key := range response.ApiKeys {
		if key.ApiKey == int(protocol.Metadata) {
			return key.MaxVersion >= identityVersion, nil
		}
	}
	return false, nil
}

// identityRequest is a metadata request of version 10. kafka-go's own ends at 8,
// and lets a message speak for itself on its connection.
type identityRequest struct{ topics []string }

type identityResponse struct {
	protocol.Message
	ids map[string]topicID
}

func (*identityRequest) ApiKey() protocol.ApiKey                 { return protocol.Metadata }
func (*identityRequest) Required(map[protocol.ApiKey]int16) bool { return true }

// RawExchange writes the request and reads its answer.
func (r *identityRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if _, err := rw.Write(r.encode()); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(rw, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxIdentityAnswer {
		return nil, fmt.Errorf("answer of %d bytes about topics: want at most %d", n, maxIdentityAnswer)
	}
	answer := make([]byte, n)
	if _, err := io.ReadFull(rw, answer); err != nil {
		return nil, err
	}
	ids, err := decodeIdentities(answer)
	return &identityResponse{ids: ids}, err
}

// maxIdentityAnswer is far more than any cluster has to say.
const maxIdentityAnswer = 16 << 20

func (r *identityRequest) encode() []byte {
	b := make([]byte, 4) // size
	b = binary.BigEndian.AppendUint16(b, uint16(protocol.Metadata))
	b = binary.BigEndian.AppendUint16(b, identityVersion)
	b = append(b, 0, 0, 0, 0) // correlation: one request at a time
	b = binary.BigEndian.AppendUint16(b, uint16(len("driftd")))
	b = append(b, "driftd\x00"...) // no tags
	b = binary.AppendUvarint(b, uint64(len(r.topics)+1))
	for _, topic := range r.topics {
		b = append(b, make([]byte, len(topicID{}))...) // asked for by name
		b = binary.AppendUvarint(b, uint64(len(topic)+1))
		b = append(append(b, topic...), 0)
	}
	b = append(b, 0, 0, 0, 0) // create no topic, tell no permissions twice, no tags
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// decodeIdentities reads the topics' ids out of an answer, past what is told of
// brokers and partitions.
func decodeIdentities(answer []byte) (map[string]topicID, error) {
	d := &identityDecoder{rest: bytes.NewBuffer(answer)}
	d.skip(4) // correlation
	d.tags()
	d.skip(4) // throttle
	for range d.length() {
		d.skip(4)
		d.text() // host
		d.skip(4)
		d.text() // rack
		d.tags()
	}
	d.text()  // cluster
	d.skip(4) // controller
	ids := make(map[string]topicID)
	for range d.length() {
		code := kafka.Error(int16(binary.BigEndian.Uint16(d.take(2))))
		name := d.text()
		id := topicID(d.take(len(topicID{})))
		d.skip(1) // internal
		for range d.length() {
			d.skip(2 + 4 + 4 + 4)
			for range 3 { // replicas, in sync, offline
				d.skip(4 * d.length())
			}
			d.tags()
		}
		d.skip(4) // permissions
		d.tags()
		if code == 0 {
			ids[name] = id
		}
	}
	return ids, d.err
}

// identityDecoder reads Kafka's compact encoding; after an error everything is zero.
type identityDecoder struct {
	rest *bytes.Buffer
	err  error
}

var errCutShort = errors.New("answer about topics is cut short")

func (d *identityDecoder) take(n int) []byte {
	if d.err != nil || n < 0 || n > d.rest.Len() {
		d.err = errCutShort
		return make([]byte, 16) // as much as anybody takes
	}
	return d.rest.Next(n)
}

func (d *identityDecoder) skip(n int) {
	if d.err != nil || n < 0 || n > d.rest.Len() {
		d.err = errCutShort
		return
	}
	d.rest.Next(n)
}

func (d *identityDecoder) uvarint() int {
	n, err := binary.ReadUvarint(d.rest)
	if err != nil || n > maxIdentityAnswer {
		d.err = errCutShort
		return 0
	}
	return int(n)
}

// length of an array or a text; 0 stands for null.
func (d *identityDecoder) length() int {
	if d.err != nil {
		return 0
	}
	return max(0, d.uvarint()-1)
}

func (d *identityDecoder) text() string {
	n := d.length()
	if n > d.rest.Len() {
		d.err = errCutShort
		return ""
	}
	return string(d.rest.Next(n))
}

func (d *identityDecoder) tags() {
	if d.err != nil {
		return
	}
	for range d.uvarint() {
		d.uvarint()
		d.skip(d.uvarint())
		if d.err != nil {
			return
		}
	}
}
