#!/bin/sh
# Makes the certificates beside it anew, with OpenSSL 3.0, valid for ten years. The keys are those of ../keys, but for
# that of other-parameters-ca.pem, which is thrown away.
set -e
cd "$(dirname "$0")"
keys=../keys
pss="-sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md"
leaf() { # ca, its key, hash, salt length
    openssl req -new -key $keys/rsa-pss-pkcs8.pem -subj /CN=leaf -sha256 |
        openssl x509 -req -CA "$1" -CAkey "$2" -days 3650 -extfile leaf.cnf -"$3" $pss:"$3" -sigopt rsa_pss_saltlen:"$4"
}
openssl req -x509 -key $keys/rsa-pss-sha384-pkcs8.pem -subj /CN=ca -days 3650 -sha384 $pss:sha384 \
    -sigopt rsa_pss_saltlen:48 -addext keyUsage=critical,keyCertSign -out ca.pem
leaf ca.pem $keys/rsa-pss-sha384-pkcs8.pem sha384 48 > leaf.pem
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 \
    -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:20 -out other.key
openssl req -x509 -key other.key -subj /CN=other -days 3650 -sha256 $pss:sha256 -sigopt rsa_pss_saltlen:20 \
    -addext keyUsage=critical,keyCertSign -out other-parameters-ca.pem
leaf other-parameters-ca.pem other.key sha256 32 > other-parameters-leaf.pem
rm other.key
