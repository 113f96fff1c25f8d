package failure

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Attribute is the key under which a test hands its failure to whoever runs it;
// see testing.T.Attr.
const Attribute = "failure"

// Format is the environment variable by which whoever runs tests asks for their
// failures as data: if it is JSON, a test hands them over as attributes. Else it
// prints their text, for somebody who runs go test by hand.
const (
	Format = "LAB_FAILURES"
	JSON   = "json"
)

// most is how long a value of an attribute may be: go tool test2json breaks
// lines of more than 4096 bytes.
const most = 2048

// end stands behind each value, because test2json cuts off white space there.
const end = "|"

// Encode gives the failure as values of the attribute, in their order.
func (f *Failure) Encode() ([]string, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	var values []string
	for len(text) > 0 {
		n := min(most, len(text))
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		values = append(values, string(text[:n])+end)
		text = text[n:]
	}
	return values, nil
}

// Decode reads what Encode wrote.
func Decode(values []string) (*Failure, error) {
	text := new(strings.Builder)
	for _, value := range values {
		text.WriteString(strings.TrimSuffix(value, end))
	}
	f := new(Failure)
	if err := json.Unmarshal([]byte(text.String()), f); err != nil {
		return nil, err
	}
	return f, nil
}

// A Diagnosis is the misconception that a failure was matched with. It is zero
// where there is none.
type Diagnosis struct {
	ID    string `json:"id"`             // "whole-buffer": a file in testdata/mistakes/<chapter>
	Truth string `json:"truth"`          // as one sentence
	Step  string `json:"step,omitempty"` // the lesson's section that teaches it
}
