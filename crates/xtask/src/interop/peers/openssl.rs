//! OpenSSL: `s_server` and `s_client`.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Peer, Server, debian, offer};

/// Of `s_server`: by the options that every version has, and more.
macro_rules! server_offers {
    ($($more:expr),*) => {
        &[
            offer(BASIC),
            offer(&[Feature::HelloRetryRequest]).with("-groups P-384"),
            offer(&[Feature::Resumption]).says("Reused session-id"),
            offer(&[Feature::EarlyData]).with("-early_data -max_early_data 16384").says("Early data received"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
            offer(&[Feature::Aes128Ccm]).with("-ciphersuites TLS_AES_128_CCM_SHA256"),
            offer(&[Feature::Aes128Ccm8])
                .with("-ciphersuites TLS_AES_128_CCM_8_SHA256 -cipher DEFAULT:@SECLEVEL=0"),
            offer(&[Feature::ExternalPsk]).with("-psk {psk} -psk_identity {label}"),
            offer(&[Feature::Staple]).with("-status_file server.ocsp"),
            $($more,)*
        ]
    };
}
pub(super) use server_offers;

/// Of `s_client`: by the options that every version has, and more.
macro_rules! client_offers {
    ($($more:expr),*) => {
        &[
            offer(BASIC).says("Verification: OK"),
            offer(&[Feature::HelloRetryRequest]).with("-groups X25519:P-384"),
            offer(&[Feature::Resumption])
                .with("-sess_out peer.session")
                .again("-sess_in peer.session")
                .says("Reused, TLSv1.3"),
            offer(&[Feature::EarlyData])
                .with("-sess_out peer.session")
                .again("-sess_in peer.session -early_data request.txt")
                .says("Early data was accepted"),
            offer(&[Feature::P521, Feature::P521Certificates, Feature::KeyUpdate]),
            offer(&[Feature::Aes128Ccm]).with("-ciphersuites TLS_AES_128_CCM_SHA256"),
            offer(&[Feature::Aes128Ccm8])
                .with("-ciphersuites TLS_AES_128_CCM_8_SHA256 -cipher DEFAULT:@SECLEVEL=0"),
            offer(&[Feature::ExternalPsk]).with("-psk {psk} -psk_identity {label}"),
            offer(&[Feature::Staple]).with("-status").says("Cert Status: good"),
            $($more,)*
        ]
    };
}
pub(super) use client_offers;

pub(super) const PEER: Peer = Peer {
    name: "OpenSSL",
    source: debian(&["openssl"], "openssl"),
    version: "openssl version",
    prepare: &[],
    server: Some(Server {
        command: "openssl s_server -accept 127.0.0.1:{port} -tls1_3 -cert server.pem -key server.key \
                  -CAfile ca.pem -Verify 2 -verify_return_error",
        answer: "",
        is_typed: true,
        offers: server_offers![],
        lacks: &[],
    }),
    client: Some(Client {
        command: "openssl s_client -connect 127.0.0.1:{port} -servername localhost -verify_hostname localhost \
                  -tls1_3 -cert client.pem -key client.key -CAfile ca.pem -verify_return_error",
        offers: client_offers![],
        lacks: &[],
    }),
};
