//! What each end says when the other's certificate is missing, expired, of another CA or of another name, or when
//! its CertificateVerify is damaged.

use std::io::Read;
use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::connection::{Config, ConfigBuilder, Fault};
use handfast::crypto::{
    CryptoError, EntropySource, LoadSigningKey, PrivateKeyError, PrivateKeyInfo, PublicKey, Sign,
    SignatureAlgorithm, ring,
};
use handfast::handshake::{self, OwnFault, PeerFault};
use handfast::identity::ExpectedPeer;

use crate::pki::{BEFORE_EXPIRY, CLIENT, Identity, KeyType, NOW, PKI};
use crate::session;
use crate::support::openssl::{Peer, s_client, s_server};
use crate::support::stream::fault;

/// Loads keys that sign all but right.
struct DamagingLoader(Arc<dyn LoadSigningKey>);

/// Signs, and changes the last bit.
#[derive(Debug)]
struct Damaging(Arc<dyn Sign>);

impl LoadSigningKey for DamagingLoader {
    fn load(&self, key: &PrivateKeyInfo) -> Result<Arc<dyn Sign>, PrivateKeyError> {
        Ok(Arc::new(Damaging(self.0.load(key)?)))
    }
}

impl Sign for Damaging {
    fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }

    fn algorithms(&self) -> &[SignatureAlgorithm] {
        self.0.algorithms()
    }

    fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        entropy: &mut dyn EntropySource,
    ) -> Result<Vec<u8>, CryptoError> {
        let mut signature = self.0.sign(algorithm, message, entropy)?;
        *signature.last_mut().ok_or(CryptoError)? ^= 1;
        Ok(signature)
    }
}

/// A config whose CertificateVerify is damaged.
fn damaging_builder(identity: &Identity) -> ConfigBuilder {
    let mut provider = ring::provider();
    for loader in &mut provider.signing_key_loaders {
        *loader = Arc::new(DamagingLoader(Arc::clone(loader)));
    }
    session::builder_with(provider, identity)
}

/// One that shows nothing.
fn builder_without_credential() -> ConfigBuilder {
    Config::builder(ring::provider()).trust_pem(&PKI.root).unwrap()
}

/// OpenSSL has received this alert from us, and sent none.
fn assert_received(openssl: &mut Peer, alert: &str) {
    openssl.finish();
    assert_eq!(openssl.alerts(), (vec![format!("fatal {alert}")], vec![]));
}

/// OpenSSL has sent this alert to us, and received none.
fn assert_sent(openssl: &mut Peer, alert: &str) {
    openssl.finish();
    assert_eq!(openssl.alerts(), (vec![], vec![format!("fatal {alert}")]));
}

#[test]
#[ignore = "starts openssl"]
fn our_client_says_what_is_wrong_with_the_certificate_of_s_server() {
    let servers = &PKI.servers;
    let cases = [
        (&servers.expired, AlertDescription::CERTIFICATE_EXPIRED, "certificate_expired", "2027-01-01"),
        (&servers.of_another_ca, AlertDescription::UNKNOWN_CA, "unknown_ca", "CN=other root"),
        (
            &servers.of_another_name,
            AlertDescription::CERTIFICATE_UNKNOWN,
            "certificate_unknown",
            "another.test",
        ),
    ];
    for (identity, alert, in_openssl, found) in cases {
        let (mut openssl, transport) = session::s_server_with(identity, &[]);
        let error = session::client(session::client_builder(), transport, NOW).handshake().unwrap_err();
        assert_refused(fault(&error), alert, found);
        assert_received(&mut openssl, in_openssl);
    }
}

#[test]
#[ignore = "starts openssl"]
fn our_server_says_what_is_wrong_with_the_certificate_of_s_client() {
    let clients = &PKI.clients;
    let cases = [
        (&clients.expired, AlertDescription::CERTIFICATE_EXPIRED, "certificate_expired", "2027-01-01"),
        (&clients.of_another_ca, AlertDescription::UNKNOWN_CA, "unknown_ca", "CN=other root"),
        (&clients.of_another_name, AlertDescription::ACCESS_DENIED, "access_denied", "another.test"),
    ];
    for (identity, alert, in_openssl, found) in cases {
        let (mut openssl, transport) = session::s_client_with(identity, &[]);
        let mut builder = session::server_builder();
        builder.expected_clients = ExpectedPeer::dns(CLIENT).unwrap();
        let error = session::server(builder, transport, NOW).handshake().unwrap_err();
        assert_refused(fault(&error), alert, found);
        assert_received(&mut openssl, in_openssl);
    }
}

/// We refused, with this alert, and the report has what was found.
fn assert_refused(fault: &Fault, expected: AlertDescription, found: &str) {
    let Fault::Handshake(handshake::Fault::Refused { alert, reason }) = fault else {
        panic!("not a refusal: {fault}");
    };
    assert_eq!((*alert, fault.alert()), (expected, Some(expected)));
    assert!(reason.contains(found), "{found} is not in:\n{reason}");
}

//= R-4.5.1.3-2 test
#[test]
#[ignore = "starts openssl"]
fn our_server_requires_the_certificate_that_s_client_does_not_have() {
    let (mut openssl, transport) = s_client(&PKI.trust_options());
    let error = session::server(session::server_builder(), transport, NOW).handshake().unwrap_err();
    assert_eq!(fault(&error), &Fault::Handshake(PeerFault::NoClientCertificate.into()));
    assert_received(&mut openssl, "certificate_required");
}

//= R-4.5.1-15 test
#[test]
#[ignore = "starts openssl"]
fn our_server_without_a_certificate_says_handshake_failure() {
    let (mut openssl, transport) = s_client(&PKI.trust_options());
    let error = session::server(builder_without_credential(), transport, NOW).handshake().unwrap_err();
    assert!(matches!(
        fault(&error),
        Fault::Handshake(handfast::handshake::Fault::Own(OwnFault::NoCredential { .. }))
    ));
    assert_received(&mut openssl, "handshake_failure");
}

#[test]
#[ignore = "starts openssl"]
fn our_client_hears_that_an_s_server_without_a_certificate_does_not_speak_tls_1_3() {
    let (mut openssl, transport) = s_server(&["-nocert"]);
    let error = session::client(session::client_builder(), transport, NOW).handshake().unwrap_err();
    assert_eq!(fault(&error), &Fault::AlertReceived(AlertDescription::PROTOCOL_VERSION));
    assert_sent(&mut openssl, "protocol_version");
}

/// To the client the handshake is complete when its Finished is sent (§4.5.3): the refusal comes behind it.
#[test]
#[ignore = "starts openssl"]
fn our_client_hears_what_is_wrong_with_its_certificate() {
    let good = || PKI.clients.of(KeyType::P256);
    let bad_name = ["-verify_hostname", CLIENT];
    let cases = [
        (builder_without_credential(), AlertDescription::CERTIFICATE_REQUIRED, "certificate_required"),
        (
            session::builder(&PKI.clients.expired),
            AlertDescription::CERTIFICATE_EXPIRED,
            "certificate_expired",
        ),
        (session::builder(&PKI.clients.of_another_ca), AlertDescription::UNKNOWN_CA, "unknown_ca"),
        (
            session::builder(&PKI.clients.of_another_name),
            AlertDescription::BAD_CERTIFICATE,
            "bad_certificate",
        ),
        (damaging_builder(good()), AlertDescription::DECRYPT_ERROR, "decrypt_error"),
    ];
    for (builder, alert, in_openssl) in cases {
        let (mut openssl, transport) = session::s_server_with(PKI.servers.of(KeyType::P256), &bad_name);
        let mut stream = session::client(builder, transport, BEFORE_EXPIRY);
        stream.handshake().unwrap();
        let error = stream.read(&mut [0; 1]).unwrap_err();
        assert_eq!(fault(&error), &Fault::AlertReceived(alert));
        assert_sent(&mut openssl, in_openssl);
    }
}

#[test]
#[ignore = "starts openssl"]
fn our_server_hears_what_is_wrong_with_its_certificate() {
    let cases = [
        (
            session::builder(&PKI.servers.expired),
            AlertDescription::CERTIFICATE_EXPIRED,
            "certificate_expired",
        ),
        (session::builder(&PKI.servers.of_another_ca), AlertDescription::UNKNOWN_CA, "unknown_ca"),
        (
            session::builder(&PKI.servers.of_another_name),
            AlertDescription::BAD_CERTIFICATE,
            "bad_certificate",
        ),
        (damaging_builder(PKI.servers.of(KeyType::P256)), AlertDescription::DECRYPT_ERROR, "decrypt_error"),
    ];
    for (builder, alert, in_openssl) in cases {
        let (mut openssl, transport) = session::s_client_with(PKI.clients.of(KeyType::P256), &[]);
        let error = session::server(builder, transport, BEFORE_EXPIRY).handshake().unwrap_err();
        assert_eq!(fault(&error), &Fault::AlertReceived(alert));
        assert_sent(&mut openssl, in_openssl);
    }
}
