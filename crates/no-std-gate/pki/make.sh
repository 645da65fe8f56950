#!/bin/sh
# Makes the certificates and keys beside it anew: a CA, a server and a client, P-256, ten years. OpenSSL 3.
set -eu
cd "$(dirname "$0")"
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt; }
key > ca.key
openssl req -x509 -new -key ca.key -days 3650 -subj "/CN=gate CA" -out ca.pem \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign"
leaf() { # name, extended key usage, alternative name
  key > "$1.key"
  printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=%s\n' "$2" "$3" > extensions
  openssl req -new -key "$1.key" -subj "/CN=gate $1" |
    openssl x509 -req -CA ca.pem -CAkey ca.key -days 3650 -extfile extensions -out "$1.pem"
  rm extensions
}
leaf server serverAuth DNS:gate.test
leaf client clientAuth URI:spiffe://gate.test/client
rm ca.key
