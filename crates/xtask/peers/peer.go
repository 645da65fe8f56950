// Go's crypto/tls as a peer: `peer server PORT [retry] [staple]`, `peer client PORT FILE [retry] [again]`, `peer version`.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
)

var options = os.Args[min(len(os.Args), 3):]

// Trusts ca.pem, and shows the certificate of this name.
func config(name string) *tls.Config {
	anchors := x509.NewCertPool()
	anchors.AppendCertsFromPEM(read("ca.pem"))
	pair, err := tls.LoadX509KeyPair(name+".pem", name+".key")
	check(err)
	if slices.Contains(options, "staple") {
		pair.OCSPStaple = read("server.ocsp")
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		RootCAs:      anchors,
		ClientCAs:    anchors,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		Certificates: []tls.Certificate{pair},
		ServerName:   "localhost",
	}
}

func serve(address string) {
	config := config("server")
	if slices.Contains(options, "retry") {
		config.CurvePreferences = []tls.CurveID{tls.CurveP384}
	}
	listener, err := tls.Listen("tcp", address, config)
	check(err)
	for {
		stream, err := listener.Accept()
		check(err)
		request := ""
		for part := make([]byte, 4096); !strings.Contains(request, "\r\n\r\n"); {
			count, err := stream.Read(part)
			if request += string(part[:count]); err != nil {
				fmt.Println(err)
				break
			}
		}
		tell(stream.(*tls.Conn))
		io.WriteString(stream, "HTTP/1.0 200 OK\r\n\r\nserved\n")
		stream.Close()
	}
}

func visit(address string, config *tls.Config) {
	stream, err := tls.Dial("tcp", address, config)
	check(err)
	stream.Write(read(options[0]))
	answer, err := io.ReadAll(stream)
	check(err)
	os.Stdout.Write(answer)
	tell(stream)
	stream.Close()
}

func tell(stream *tls.Conn) {
	state := stream.ConnectionState()
	fmt.Println("resumed:", state.DidResume, "retried:", state.HelloRetryRequest, "stapled:", len(state.OCSPResponse) > 0, "group:", state.CurveID)
}

func read(name string) []byte {
	text, err := os.ReadFile(name)
	check(err)
	return text
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	if os.Args[1] == "version" {
		fmt.Println(runtime.Version()[2:])
		return
	}
	address := "127.0.0.1:" + os.Args[2]
	if os.Args[1] == "server" {
		serve(address)
	}
	config := config("client")
	config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	if slices.Contains(options, "retry") {
		config.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
	}
	visit(address, config)
	if slices.Contains(options, "again") {
		visit(address, config)
	}
}
