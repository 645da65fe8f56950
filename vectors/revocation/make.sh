#!/bin/sh
# Makes the certificates, CRLs and OCSP responses of this directory with OpenSSL 3.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/ca.cnf" <<CONF
[ca]
default_ca = own
[own]
database = $work/index.txt
serial = $work/serial
crlnumber = $work/crlnumber
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
crl_extensions = crl
default_startdate = 20260101000000Z
default_enddate = 20360101000000Z
[any]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:host.example
authorityInfoAccess = OCSP;URI:http://ocsp.example/, caIssuers;URI:http://ca.example/ca.der
crlDistributionPoints = URI:http://crl.example/ca.crl
[staple]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:host.example
tlsfeature = status_request
[responder]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, OCSPSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
noCheck = yes
[checked]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, OCSPSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONF
: > "$work/index.txt"
echo 01 > "$work/serial"
echo 01 > "$work/crlnumber"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"; }
request() { key "$1" && openssl req -new -key "$work/$1.key" -subj "/CN=$1" -out "$work/$1.csr"; }
issue() {
    request "$1"
    openssl ca -batch -notext -config "$work/ca.cnf" -cert ca.pem -keyfile "$work/ca.key" -extensions "$2" \
        -startdate 20260101000000Z -enddate 20360101000000Z -in "$work/$1.csr" -out "$1.pem" 2>/dev/null
}
request ca
openssl ca -batch -notext -selfsign -config "$work/ca.cnf" -keyfile "$work/ca.key" -extensions root \
    -startdate 20260101000000Z -enddate 20360101000000Z -in "$work/ca.csr" -out ca.pem 2>/dev/null
for name in good revoked unknown; do issue $name leaf; done
issue staple staple
issue responder responder
issue checked checked
issue stranger leaf

crl() {
    openssl ca -config "$work/ca.cnf" -cert ca.pem -keyfile "$work/ca.key" -gencrl \
        -crl_lastupdate "$2" -crl_nextupdate "$3" -out "$1.crl.pem" 2>/dev/null
}
openssl ca -config "$work/ca.cnf" -cert ca.pem -keyfile "$work/ca.key" -revoke revoked.pem \
    -crl_reason keyCompromise 2>/dev/null
crl fresh 20261101000000Z 20360101000000Z
crl stale 20260101000000Z 20260201000000Z
openssl ca -config "$work/ca.cnf" -cert ca.pem -keyfile "$work/ca.key" -revoke checked.pem 2>/dev/null
crl responder-revoked 20261101000000Z 20360101000000Z

# The responder does not know the certificate called unknown, nor itself.
grep -v 'CN=unknown$' "$work/index.txt" > "$work/known.txt"
response() {
    name=$1; signer=$2; shift 2
    openssl ocsp -index "$work/known.txt" -rsigner "$signer.pem" -rkey "$work/$signer.key" -CA ca.pem \
        -no_nonce -reqout /dev/null -respout "$name.ocsp.der" -issuer ca.pem "$@" > /dev/null 2>&1
}
response good responder -cert good.pem -ndays 3000
response good-by-ca ca -cert good.pem -ndays 3000
response good-by-key responder -cert good.pem -ndays 3000 -resp_key_id
response good-by-checked checked -cert good.pem -ndays 3000
response good-by-stranger stranger -cert good.pem -ndays 3000
response good-sha256 responder -sha256 -cert good.pem -ndays 3000
response revoked responder -cert revoked.pem -ndays 3000
response unknown responder -cert unknown.pem -ndays 3000
response several responder -cert good.pem -cert revoked.pem -ndays 3000
response several-other-order responder -cert revoked.pem -cert good.pem -ndays 3000
response no-next-update responder -cert good.pem
response staple responder -cert staple.pem -ndays 3000
