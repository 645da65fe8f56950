//! GnuTLS: `gnutls-serv` and `gnutls-cli`.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, Server, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "GnuTLS",
    source: debian(&["gnutls-bin"], "gnutls-serv"),
    version: "gnutls-cli --version",
    prepare: &[],
    server: Some(Server {
        command: "gnutls-serv -p {port} --echo --x509cafile ca.pem --x509certfile server.pem \
                  --x509keyfile server.key --require-client-cert",
        // Of a request that began as early data it echoes no more.
        answer: "Host: localhost",
        is_typed: false,
        offers: &[
            offer(BASIC).with(VERIFYING),
            offer(&[Feature::HelloRetryRequest]).with(
                "--verify-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP384R1",
            ),
            offer(&[Feature::Resumption]).with(VERIFYING).says("This is a resumed session"),
            offer(&[Feature::EarlyData]).with(
                "--verify-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 --earlydata --maxearlydata \
                 16384",
            ),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::Aes128Ccm]).with(VERIFYING),
            offer(&[Feature::Aes128Ccm8])
                .with("--verify-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3:+AES-128-CCM-8"),
            offer(&[Feature::RawPublicKey]).with(
                "--priority NORMAL:-VERS-ALL:+VERS-TLS1.3:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:-CTYPE-CLI-X509\
                 :-CTYPE-SRV-X509 --rawpkkeyfile server.key --rawpkfile server.pub",
            ),
            offer(&[Feature::KeyUpdate]).with(VERIFYING),
            offer(&[Feature::ExternalPsk]).with(
                "--verify-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK \
                 --pskpasswd psk.txt",
            ),
            offer(&[Feature::Staple]).with(
                "--verify-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3 --ocsp-response server.ocsp \
                 --ignore-ocsp-response-errors",
            ),
        ],
        lacks: &[],
    }),
    client: Some(Client {
        command: "gnutls-cli -p {port} --x509cafile=ca.pem --x509certfile=client.pem --x509keyfile=client.key \
                  localhost",
        offers: &[
            offer(BASIC).with(PRIORITY).says("The certificate is trusted"),
            offer(&[Feature::HelloRetryRequest]).with(PRIORITY),
            offer(&[Feature::Resumption])
                .with("--priority NORMAL:-VERS-ALL:+VERS-TLS1.3 --resume --waitresumption")
                .says("This is a resumed session"),
            offer(&[Feature::EarlyData]).with(
                "--priority NORMAL:-VERS-ALL:+VERS-TLS1.3 --resume --waitresumption --earlydata request.txt",
            ),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::Aes128Ccm]).with(PRIORITY),
            offer(&[Feature::Aes128Ccm8]).with("--priority NORMAL:-VERS-ALL:+VERS-TLS1.3:+AES-128-CCM-8"),
            offer(&[Feature::RawPublicKey]).with(
                "--priority NORMAL:-VERS-ALL:+VERS-TLS1.3:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:-CTYPE-CLI-X509\
                 :-CTYPE-SRV-X509 --insecure --rawpkkeyfile client.key --rawpkfile client.pub",
            ),
            offer(&[Feature::KeyUpdate]).with(PRIORITY),
            offer(&[Feature::ExternalPsk]).with(
                "--priority NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK:+DHE-PSK:+PSK --pskusername {label} \
                 --pskkey {psk}",
            ),
            offer(&[Feature::Staple]).with(PRIORITY).says("OCSP status request,"),
        ],
        lacks: &[],
    }),
};

/// Its programs judge certificates alone, and refuse every raw public key when they are to judge.
const VERIFYING: &str = "--verify-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3";
const PRIORITY: &str = "--priority NORMAL:-VERS-ALL:+VERS-TLS1.3";
