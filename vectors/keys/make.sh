#!/bin/sh
# Makes the files beside it anew, with OpenSSL 3.0; the tests expect the kinds, not the very keys.
set -e
cd "$(dirname "$0")"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256-pkcs8.pem
openssl ec -in p256-pkcs8.pem -text -out p256-sec1-with-text.pem
openssl ec -in p256-pkcs8.pem -no_public -out p256-sec1-no-public.pem
{ openssl ecparam -name prime256v1; openssl ec -in p256-pkcs8.pem; } > p256-sec1-with-parameters.pem
openssl pkey -in p256-pkcs8.pem -pubout -out p256-public.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384-pkcs8.pem
openssl ec -in p384-pkcs8.pem -out p384-sec1.pem
openssl pkey -in p384-pkcs8.pem -pubout -out p384-public.pem
openssl genpkey -algorithm ED25519 -out ed25519-pkcs8.pem
openssl pkey -in ed25519-pkcs8.pem -pubout -out ed25519-public.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa2048-pkcs8.pem
openssl rsa -in rsa2048-pkcs8.pem -traditional -out rsa2048-pkcs1.pem
openssl pkey -in rsa2048-pkcs8.pem -pubout -out rsa2048-public.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa1024-pkcs8.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 -out rsa2048-three-primes-pkcs8.pem
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out rsa-pss-pkcs8.pem
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 \
    -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out rsa-pss-sha384-pkcs8.pem
openssl pkey -in rsa-pss-sha384-pkcs8.pem -pubout -out rsa-pss-sha384-public.pem
openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha1 -out rsa-pss-sha1-pkcs8.pem
openssl pkey -in rsa-pss-sha1-pkcs8.pem -pubout -out rsa-pss-sha1-public.pem
openssl pkey -in rsa-pss-pkcs8.pem -pubout -out rsa-pss-public.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521-pkcs8.pem
openssl ec -in p521-pkcs8.pem -out p521-sec1.pem
openssl pkey -in p521-pkcs8.pem -pubout -out p521-public.pem
openssl genpkey -algorithm ED448 -out ed448-pkcs8.pem
openssl pkey -in ed448-pkcs8.pem -pubout -out ed448-public.pem
openssl pkey -in p256-pkcs8.pem -aes-128-cbc -passout pass:secret -out encrypted-pkcs8.pem
openssl ec -in p256-pkcs8.pem -aes128 -passout pass:secret -out encrypted-sec1.pem
