package config

import (
	"time"

	"github.com/driftd/driftd/alerts"
)

type notifySection struct {
	Channel string `mapstructure:"channel"`
	Owner   string `mapstructure:"owner"`
	// Receivers are names of those that are declared at the top.
	Receivers []string      `mapstructure:"receivers"`
	Wait      time.Duration `mapstructure:"wait"`
	Interval  time.Duration `mapstructure:"interval"`
	Repeat    time.Duration `mapstructure:"repeat"`
	Digest    string        `mapstructure:"digest"`
}

// notify checks who is told, and when.
func (c checker) notify(at string, n notifySection, policy *alerts.Policy) {
	policy.Channel, policy.Owner, policy.Receivers = n.Channel, n.Owner, n.Receivers
	policy.Wait, policy.Interval, policy.Repeat = n.Wait, n.Interval, n.Repeat
	if n.Owner != "" && n.Channel == "" && len(n.Receivers) == 0 {
		c.problem(at+".owner", "%q: nobody can be mentioned without notify.channel or notify.receivers", n.Owner)
	}
	c.notNegative(at+".wait", n.Wait)
	c.notNegative(at+".interval", n.Interval)
	c.notNegative(at+".repeat", n.Repeat)
	if n.Digest == "" {
		return
	}
	of, err := time.Parse("15:04", n.Digest)
	if err != nil {
		c.problem(at+".digest", `%q: give a time of day in UTC, such as "08:00"`, short(n.Digest))
		return
	}
	digest := time.Duration(of.Hour())*time.Hour + time.Duration(of.Minute())*time.Minute
	policy.Digest = &digest
}
