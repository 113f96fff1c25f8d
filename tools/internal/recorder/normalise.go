package recorder

import (
	"fmt"
	"regexp"
)

var (
	serverAddress = regexp.MustCompile(`server 127\.0\.0\.1:(\d{4,5})|ready on 127\.0\.0\.1:(\d{4,5})|-addr 127\.0\.0\.1:(\d{4,5})`)
	address       = regexp.MustCompile(`127\.0\.0\.1:(\d{4,5})`)
	moment        = regexp.MustCompile(` {1,2}\d+\.\d+ (ms|s)\b`)
)

// normalise makes the same of what changes from run to run: ports and times.
func normalise(text string) string {
	server := ""
	if match := serverAddress.FindStringSubmatch(text); match != nil {
		server = match[1] + match[2] + match[3]
	}
	ports := map[string]string{server: "12000", "12000": "12000"}
	clients := 0
	text = address.ReplaceAllStringFunc(text, func(found string) string {
		port := found[len("127.0.0.1:"):]
		if _, ok := ports[port]; !ok {
			clients++
			ports[port] = fmt.Sprint(50000 + clients)
		}
		return "127.0.0.1:" + ports[port]
	})
	n := 0
	return moment.ReplaceAllStringFunc(text, func(string) string {
		n++
		return fmt.Sprintf("  %d.%d ms", n/10, n%10)
	})
}
