package parts

import (
	"fmt"
	"os"
	"testing"
)

// SecureKafka is a running Apache Kafka with one listener for each way to
// secure a connection. The files are PEM.
type SecureKafka struct {
	Plain  string // neither encrypted nor authenticated, for producers
	TLS    string
	MTLS   string // asks for a certificate
	SASL   string // TLS and PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512: user driftd, password secret
	Bearer string // plain text and OAUTHBEARER with unsecured tokens; ends connections after 3 s

	CA, Cert, Key string // the authority, and a client's certificate and key
}

// secureConfig is added to kafkaConfig. Its arguments are the ports of Plain,
// TLS, MTLS, SASL, Bearer, of the controller, and the directory.
const secureConfig = `listeners=PLAINTEXT://127.0.0.1:%[1]d,TLS://127.0.0.1:%[2]d,MTLS://127.0.0.1:%[3]d,SECRET://127.0.0.1:%[4]d,BEARER://127.0.0.1:%[5]d,CONTROLLER://127.0.0.1:%[6]d
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,MTLS:SSL,SECRET:SASL_SSL,BEARER:SASL_PLAINTEXT
inter.broker.listener.name=PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=%[7]s/server.pem
ssl.truststore.type=PEM
ssl.truststore.location=%[7]s/ca.pem
listener.name.mtls.ssl.client.auth=required
listener.name.secret.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.secret.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_driftd="secret";
listener.name.secret.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secret.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.bearer.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.bearer.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
listener.name.bearer.oauthbearer.connections.max.reauth.ms=3000
`

var secureBroker part[SecureKafka]

// KafkaSecured returns a running Apache Kafka that encrypts and authenticates.
// It is shared, like [Kafka].
func KafkaSecured(t testing.TB) SecureKafka {
	t.Helper()
	java, libs := kafkaParts(t)
	return secureBroker.get(t, "a secured Apache Kafka", func() (SecureKafka, error) {
		dir, err := os.MkdirTemp("", "driftd-kafka-")
		if err != nil {
			return SecureKafka{}, err
		}
		c, err := certify(dir)
		if err != nil {
			return SecureKafka{}, fmt.Errorf("make certificates: %w", err)
		}
		k := SecureKafka{CA: c.CA, Cert: c.Cert, Key: c.Key}
		var ports [6]int
		for i := range ports {
			if ports[i], err = freePort(); err != nil {
				return SecureKafka{}, err
			}
		}
		for i, address := range []*string{&k.Plain, &k.TLS, &k.MTLS, &k.SASL, &k.Bearer} {
			*address = fmt.Sprintf("127.0.0.1:%d", ports[i])
		}
		config := fmt.Sprintf(kafkaConfig, ports[0], ports[5], dir) +
			fmt.Sprintf(secureConfig, ports[0], ports[1], ports[2], ports[3], ports[4], ports[5], dir)
		return k, startBroker(java, libs, dir, config, k.Plain,
			"--add-scram", "SCRAM-SHA-256=[name=driftd,password=secret]", "--add-scram", "SCRAM-SHA-512=[name=driftd,password=secret]")
	})
}
