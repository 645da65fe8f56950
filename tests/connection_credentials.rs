//! What we show and whom we believe: credentials loaded, chosen and passed over; chains refused with the one alert
//! that each reason has.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod der;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::SignatureScheme;
use handfast::alert::AlertDescription as Alert;
use handfast::connection::{
    Config, ConfigBuilder, ConfigError, Connection, Credential, CredentialError, Credentials, Fault,
    PassedOver, Trust,
};
use handfast::crypto::{CryptoProvider, Entropy, PrivateKeyInfo, ring};
use handfast::handshake::{Ask, ChooseCredential, ClientAuth, Role};
use handfast::identity::ExpectedPeer;
use handfast::pki::TrustAnchors;
use handfast::time::Time;
use rcgen::{
    CertificateParams, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, date_time_ymd,
};
use support::authority::{self, Authority};
use support::der;
use support::pair::{End, builders, credential, ends, settle};

fn crypto() -> CryptoProvider {
    ring::provider()
}

fn load(params: CertificateParams, issuer: &Authority) -> Credential {
    let (chain, key) = credential(params, issuer);
    Credential::from_pem(chain, key, &crypto()).unwrap()
}

fn with_key(params: CertificateParams, key: &KeyPair, issuer: &Authority) -> Credential {
    let chain = params.signed_by(key, issuer).unwrap().pem();
    Credential::from_pem(chain, key.serialize_pem(), &crypto()).unwrap()
}

/// What a real handshake asks, to be changed by the tests.
fn asked(role: Role) -> ChooseCredential {
    let (mut client, mut server) = builders();
    match role {
        Role::Client => client.credentials = Credentials::Ask,
        Role::Server => server.credentials = Credentials::Ask,
    }
    let (mut client, mut server) = ends(client, server);
    settle(&mut client, &mut server).unwrap();
    let end = if role == Role::Client { &client } else { &server };
    let Some(Ask::ChooseCredential(ask)) = end.connection.pending() else { panic!("another ask") };
    (**ask).clone()
}

fn config(credentials: Vec<Credential>) -> Config {
    let credentials = Credentials::Listed(credentials.into_iter().map(Arc::new).collect());
    ConfigBuilder { credentials, ..Config::builder(crypto()) }.build().unwrap()
}

/// The subject chosen, and why the others were not.
fn choose(config: &Config, ask: &ChooseCredential) -> (Option<String>, Vec<(String, PassedOver)>) {
    let choice = config.choose_credential(ask).unwrap();
    (choice.chosen.map(|credential| credential.subject().to_owned()), choice.passed_over)
}

fn named(common_name: &str, dns_name: &str) -> CertificateParams {
    let mut params = authority::server(dns_name);
    params.distinguished_name = authority::named(common_name).distinguished_name;
    params
}

fn anything(common_name: &str) -> CertificateParams {
    let mut params = authority::named(common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params
}

//= R-4.5.1.2-2 test
#[test]
fn a_credential_is_chosen_by_the_peers_signature_algorithms() {
    let ca = authority::root(authority::ca("ca"));
    let key = |algorithm| KeyPair::generate_for(algorithm).unwrap();
    let config = config(vec![
        with_key(anything("ed25519"), &key(&PKCS_ED25519), &ca),
        with_key(anything("p384"), &key(&PKCS_ECDSA_P384_SHA384), &ca),
    ]);
    let mut ask = asked(Role::Client);
    assert_eq!(choose(&config, &ask).0.as_deref(), Some("CN=ed25519"));
    ask.signature_schemes = vec![SignatureScheme::ECDSA_SECP384R1_SHA384];
    let (chosen, passed_over) = choose(&config, &ask);
    assert_eq!(chosen.as_deref(), Some("CN=p384"));
    assert_eq!(passed_over, [("CN=ed25519".into(), PassedOver::NoSharedScheme)]);
    ask.signature_schemes = vec![SignatureScheme::RSA_PSS_RSAE_SHA256];
    let (chosen, passed_over) = choose(&config, &ask);
    assert_eq!((chosen, passed_over.len()), (None, 2));
}

#[test]
fn a_server_credential_is_chosen_by_the_server_name_exact_or_by_wildcard() {
    let ca = authority::root(authority::ca("ca"));
    let config = config(vec![load(named("one", "one.test"), &ca), load(named("two", "*.two.test"), &ca)]);
    let mut ask = asked(Role::Server);
    for (name, subject, known) in [
        ("one.test", "CN=one", true),
        ("a.two.test", "CN=two", true),
        ("two.test", "CN=one", false),
        ("a.b.two.test", "CN=one", false),
    ] {
        ask.server_name = Some(name.into());
        let choice = config.choose_credential(&ask).unwrap();
        assert_eq!(choice.chosen.unwrap().subject(), subject, "{name}");
        assert_eq!(choice.knows_server_name, known, "{name}");
    }
    ask.server_name = Some("a.two.test".into());
    assert_eq!(choose(&config, &ask).1, [("CN=one".into(), PassedOver::ServerName)]);
    ask.server_name = None;
    assert_eq!(choose(&config, &ask).1, [("CN=two".into(), PassedOver::LaterInConfig)]);
}

//= R-4.3.4-1 test
//= R-4.5.1.2-4 test
//= R-4.5.1.2-11 test
//= R-4.3.4-2 test
//= R-4.3.4-3 test
#[test]
fn a_credential_of_an_authority_that_the_peer_named_goes_before_others() {
    let (one, two) = (authority::root(authority::ca("one")), authority::root(authority::ca("two")));
    let config = config(vec![load(anything("of one"), &one), load(anything("of two"), &two)]);
    let mut ask = asked(Role::Client);
    let anchors = TrustAnchors::from_pem(two.pem()).unwrap();
    let named =
        ConfigBuilder { trust: Trust::anchors(anchors), ..Config::builder(crypto()) }.name_authorities();
    ask.certificate_authorities = named.handshake.certificate_authorities;
    assert_eq!(ask.certificate_authorities.len(), 1);
    let (chosen, passed_over) = choose(&config, &ask);
    assert_eq!(chosen.as_deref(), Some("CN=of two"));
    assert_eq!(passed_over, [("CN=of one".into(), PassedOver::Authorities)]);
    // Where none is of a named one, the first goes out all the same.
    ask.certificate_authorities = vec![b"\x30\x00".to_vec()];
    assert_eq!(choose(&config, &ask).0.as_deref(), Some("CN=of one"));
}

//= R-4.5.1.2-7 test
//= R-4.5.1.2-8 test
//= R-4.5.1.2-9 test
//= R-4.3.3-17 test
#[test]
fn a_chain_signed_as_the_peer_asks_goes_before_one_that_is_not() {
    let p256 = authority::root(authority::ca("p256"));
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let ed25519 = Authority::self_signed(authority::ca("ed25519"), key).unwrap();
    let config = config(vec![load(anything("by p256"), &p256), load(anything("by ed25519"), &ed25519)]);
    let mut ask = asked(Role::Server);
    ask.server_name = None;
    ask.signature_schemes_cert = Some(vec![SignatureScheme::ED25519]);
    let (chosen, passed_over) = choose(&config, &ask);
    assert_eq!(chosen.as_deref(), Some("CN=by ed25519"));
    assert_eq!(passed_over, [("CN=by p256".into(), PassedOver::ChainSignature)]);
    ask.signature_schemes_cert = Some(vec![SignatureScheme::RSA_PKCS1_SHA256]);
    assert_eq!(choose(&config, &ask).0.as_deref(), Some("CN=by p256"));
    // What signs itself is signed by nobody whose algorithm would matter.
    let key = KeyPair::generate().unwrap();
    let chain = anything("self-signed").self_signed(&key).unwrap().pem();
    let alone = Credential::from_pem(chain, key.serialize_pem(), &crypto()).unwrap();
    let (chosen, passed_over) = choose(&self::config(vec![load(anything("by p256"), &p256), alone]), &ask);
    assert_eq!(chosen.as_deref(), Some("CN=self-signed"));
    assert_eq!(passed_over, [("CN=by p256".into(), PassedOver::ChainSignature)]);
}

//= R-4.3.5-2 test
//= R-4.3.5-3 test
//= R-4.3.5-4 test
//= R-4.5.1.2-5 test
#[test]
fn oid_filters_rule_out_certificates_without_the_values_and_unknown_ones_are_skipped() {
    let ca = authority::root(authority::ca("ca"));
    let mut agreeing = authority::client("spiffe://test/agreeing");
    agreeing.distinguished_name = authority::named("agreeing").distinguished_name;
    agreeing.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyAgreement];
    let config = config(vec![load(anything("plain"), &ca), load(agreeing, &ca)]);
    let mut ask = asked(Role::Client);
    let (key_usage, ext_key_usage) = (b"\x06\x03\x55\x1d\x0f".to_vec(), b"\x06\x03\x55\x1d\x25".to_vec());
    let client_auth = b"\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02".to_vec();
    for (filter, subject) in [
        // keyAgreement
        ((key_usage.clone(), b"\x03\x02\x03\x08".to_vec()), Some("CN=agreeing")),
        // digitalSignature
        ((key_usage.clone(), b"\x03\x02\x07\x80".to_vec()), Some("CN=plain")),
        // cRLSign
        ((key_usage.clone(), b"\x03\x02\x01\x02".to_vec()), None),
        ((ext_key_usage.clone(), client_auth), Some("CN=agreeing")),
        ((ext_key_usage, b"\x30\x05\x06\x03\x2a\x03\x04".to_vec()), None),
        // An extension that has no matching rule.
        ((b"\x06\x03\x2a\x03\x04".to_vec(), b"\x05\x00".to_vec()), Some("CN=plain")),
    ] {
        ask.oid_filters = vec![filter];
        assert_eq!(choose(&config, &ask).0.as_deref(), subject, "{:?}", ask.oid_filters);
    }
    ask.oid_filters = vec![(key_usage, b"\x03\x02\x01\x02".to_vec())];
    let reason = PassedOver::OidFilter { extension: "2.5.29.15".into() };
    assert_eq!(choose(&config, &ask).1[0], ("CN=plain".into(), reason));
}

//= R-4.5.1.2-1 test
#[test]
fn a_certificate_of_version_1_is_neither_shown_nor_taken() {
    let ca = authority::root(authority::ca("ca"));
    let key = KeyPair::generate().unwrap();
    let certificate = der::fields(anything("v1").signed_by(&key, &ca).unwrap().der());
    let version_1 = &der::fields(&certificate[0])[1..7];
    let certificate = der::signed(&der::tlv(0x30, &version_1.concat()), ca.key());
    let error = Credential::from_der([certificate.clone()], key.serialized_der(), &crypto()).unwrap_err();
    assert_eq!(error, CredentialError::NotVersion3 { subject: "CN=v1".into() });

    let key = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
    let key = crypto().load_signing_key(&key).unwrap();
    let shown = handfast::handshake::Credential::local(vec![certificate.into()], key);
    let (client, server) = builders();
    let client = ConfigBuilder { credentials: Credentials::Ask, ..client };
    let trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap());
    let (mut client, mut server) = ends(client, ConfigBuilder { trust, ..server });
    settle(&mut client, &mut server).unwrap();
    let Some(Ask::ChooseCredential(ask)) = client.connection.pending().cloned() else {
        panic!("another ask")
    };
    client.connection.answer(ask.choose(Arc::new(shown))).unwrap();
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(fault.alert(), Some(Alert::UNSUPPORTED_CERTIFICATE), "{fault}");
    assert!(fault.to_string().contains("version 3"), "{fault}");
}

//= R-4.5.1.3-7 test
#[test]
fn a_key_may_be_certified_by_one_of_another_algorithm() {
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let ca = Authority::self_signed(authority::ca("ed25519"), key).unwrap();
    let (client, mut server) = builders();
    let trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap());
    server.credentials = Credentials::Listed(vec![Arc::new(load(authority::server("server.test"), &ca))]);
    let (mut client, mut server) = ends(ConfigBuilder { trust, ..client }, server);
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected() && server.connection.is_connected());
}

/// A credential of a CA with an RSA key, signed over SHA-256, or by its algorithm identifiers over SHA-1.
fn by_rsa(common_name: &str, over_sha1: bool) -> Credential {
    let key = KeyPair::from_pem_and_sign_algo(
        include_str!("../vectors/keys/rsa2048-pkcs8.pem"),
        &rcgen::PKCS_RSA_SHA256,
    );
    let ca = Authority::self_signed(authority::ca("rsa"), key.unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut der = anything(common_name).signed_by(&key, &ca).unwrap().der().to_vec();
    let sha256_with_rsa = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
    let places: Vec<usize> =
        (0..der.len() - 9).filter(|at| der[*at..*at + 9] == sha256_with_rsa[..]).collect();
    assert_eq!(places.len(), 2);
    if over_sha1 {
        places.iter().for_each(|at| der[at + 8] = 5);
    }
    Credential::from_der([der], key.serialized_der(), &crypto()).unwrap()
}

//= R-4.3.3-16 test
//= R-4.5.1.2-10 test
#[test]
fn a_chain_over_sha1_is_shown_only_to_who_lists_it_and_where_there_is_no_other() {
    let alone = config(vec![by_rsa("old", true)]);
    let both = config(vec![by_rsa("old", true), by_rsa("new", false)]);
    let mut ask = asked(Role::Server);
    ask.server_name = None;
    assert_eq!(choose(&alone, &ask), (None, vec![("CN=old".into(), PassedOver::BrokenHash)]));
    assert_eq!(choose(&both, &ask).0.as_deref(), Some("CN=new"));
    ask.signature_schemes_cert =
        Some(vec![SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::RSA_PKCS1_SHA256]);
    assert_eq!(choose(&alone, &ask).0.as_deref(), Some("CN=old"));
    let (chosen, passed_over) = choose(&both, &ask);
    assert_eq!(chosen.as_deref(), Some("CN=new"), "as long as there is another");
    assert_eq!(passed_over, [("CN=old".into(), PassedOver::ChainSignature)]);
}

/// extKeyUsage with this purpose, as a filter.
fn purpose_filter(purpose: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let oid = [&[6, u8::try_from(purpose.len()).unwrap()], purpose].concat();
    let values = [&[0x30, u8::try_from(oid.len()).unwrap()], oid.as_slice()].concat();
    (b"\x06\x03\x55\x1d\x25".to_vec(), values)
}

const CLIENT_AUTH: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x02";
const EMAIL_PROTECTION: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x04";

//= R-4.3.5-5 test
#[test]
fn a_client_whose_certificate_misses_a_filter_is_refused_whatever_it_made_of_it() {
    for (purpose, alert) in [(CLIENT_AUTH, None), (EMAIL_PROTECTION, Some(Alert::UNSUPPORTED_CERTIFICATE))] {
        let (mut client, mut server) = builders();
        server.handshake.oid_filters = vec![purpose_filter(purpose)];
        let Credentials::Listed(listed) = &client.credentials else { panic!("not listed") };
        let shown = Arc::clone(listed[0].shown());
        client.credentials = Credentials::Ask;
        let (mut client, mut server) = ends(client, server);
        settle(&mut client, &mut server).unwrap();
        let Some(Ask::ChooseCredential(ask)) = client.connection.pending().cloned() else {
            panic!("another ask")
        };
        client.connection.answer(ask.choose(shown)).unwrap();
        let fault = settle(&mut client, &mut server).err();
        assert_eq!(fault.as_ref().and_then(Fault::alert), alert, "{fault:?}");
        assert!(fault.is_none_or(|fault| fault.to_string().contains("2.5.29.37")));
    }
}

//= R-4.3.5-6 test
//= R-4.3.5-7 test
#[test]
fn filters_name_no_extension_twice_and_ask_for_no_purpose_that_is_any() {
    let refused = |filters: &[(Vec<u8>, Vec<u8>)]| {
        let (_, mut server) = builders();
        server.handshake.oid_filters = filters.to_vec();
        server.build().err().map(|error| error.to_string())
    };
    assert_eq!(refused(&[purpose_filter(CLIENT_AUTH)]), None);
    let any = refused(&[purpose_filter(b"\x55\x1d\x25\x00")]).unwrap();
    assert!(any.contains("anyExtendedKeyUsage"), "{any}");
    let twice = refused(&[purpose_filter(CLIENT_AUTH), purpose_filter(EMAIL_PROTECTION)]).unwrap();
    assert!(twice.contains("twice"), "{twice}");
}

#[test]
fn a_certificate_for_the_other_role_or_outside_its_validity_is_passed_over() {
    let ca = authority::root(authority::ca("ca"));
    let mut old = anything("old");
    old.not_after = date_time_ymd(2026, 1, 1);
    let credentials = vec![load(authority::server("server.test"), &ca), load(old, &ca)];
    let with_new = config([credentials.clone(), vec![load(anything("new"), &ca)]].concat());
    let ask = asked(Role::Client);
    let (chosen, passed_over) = choose(&with_new, &ask);
    assert_eq!(chosen.as_deref(), Some("CN=new"));
    assert_eq!(passed_over[0], ("CN=server".into(), PassedOver::Purpose(Role::Client)));
    assert!(matches!(passed_over[1].1, PassedOver::OutsideValidity { .. }));
    // Our clock may be wrong: the peer shall say it.
    assert_eq!(choose(&config(credentials), &ask).0.as_deref(), Some("CN=old"));
}

//= R-4.5.1.2-3 test
#[test]
fn wrong_credentials_are_refused_when_they_are_loaded() {
    let ca = authority::root(authority::ca("ca"));
    let (chain, key) = credential(authority::server("server.test"), &ca);
    let (_, other_key) = credential(authority::server("server.test"), &ca);
    let load = |chain: &str, key: &str| Credential::from_pem(chain, key, &crypto()).unwrap_err();
    let subject = String::from("CN=server");
    assert_eq!(load(&chain, &other_key), CredentialError::KeyDoesNotBelong { subject });
    assert_eq!(load(&key, &key), CredentialError::NoCertificate);
    assert!(matches!(load(&chain, &chain), CredentialError::PrivateKey(_)));
    // The CA first.
    let wrong_order = format!("{}{chain}", ca.pem());
    assert!(matches!(load(&wrong_order, &key), CredentialError::NotForSigning { .. }));
    let broken = chain.replacen("MII", "MIA", 1);
    assert!(matches!(load(&broken, &key), CredentialError::Certificate { index: 0, .. }));
    let mut agreement = authority::server("server.test");
    agreement.key_usages = vec![KeyUsagePurpose::KeyAgreement];
    let (chain, key) = credential(agreement, &ca);
    let error = load(&chain, &key);
    assert!(error.to_string().contains("keyAgreement"), "{error}");
    let schemes = vec![SignatureScheme::ED25519, SignatureScheme::RSA_PKCS1_SHA256];
    let (chain, _) = credential(authority::server("server.test"), &ca);
    assert_eq!(Credential::external_from_pem(chain, schemes).unwrap_err(), CredentialError::NoScheme);
}

#[test]
fn chain_and_key_in_der_make_the_same_credential() {
    let ca = authority::root(authority::ca("ca"));
    let key = KeyPair::generate().unwrap();
    let leaf = authority::server("server.test").signed_by(&key, &ca).unwrap();
    let chain = [leaf.der().to_vec(), ca.der().to_vec()];
    let credential = Credential::from_der(chain, key.serialized_der(), &crypto()).unwrap();
    assert_eq!(credential.shown().chain().len(), 2);
    assert_eq!(credential.subject(), "CN=server");
    let key = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
    assert_eq!(Some(credential.shown().public_key()), key.public_key());
}

#[test]
fn anchors_that_are_none_are_refused_by_name() {
    let error = Config::builder(crypto()).trust_pem("no certificate").unwrap_err();
    assert!(matches!(error, ConfigError::Anchors(_)));
    assert!(error.to_string().starts_with("trust anchors: "), "{error}");
}

/// How a handshake ends at the end that refuses: both ends hear of the same alert.
fn refusal(client: ConfigBuilder, server: ConfigBuilder, by: Role, expected: ExpectedPeer) -> Fault {
    let client =
        Connection::client(Arc::new(client.build().unwrap()), expected, Entropy::from_platform([1; 32]));
    let server = Connection::server(Arc::new(server.build().unwrap()), Entropy::from_platform([2; 32]));
    let (mut client, mut server) = (End::new(client), End::new(server));
    let fault = settle(&mut client, &mut server).unwrap_err();
    let (refuses, other) = match by {
        Role::Client => (&mut client, &mut server),
        Role::Server => (&mut server, &mut client),
    };
    assert_eq!(refuses.receive(), Err(fault.clone()));
    refuses.transmit_to(other);
    assert_eq!(other.receive(), Err(Fault::AlertReceived(fault.alert().unwrap())));
    fault
}

fn server_test() -> ExpectedPeer {
    ExpectedPeer::dns("server.test").unwrap()
}

//= R-4.5.1.3-3 test
#[test]
fn an_unknown_authority_is_unknown_ca_in_both_roles() {
    let (client, server) = builders();
    let stranger = TrustAnchors::from_pem(authority::root(authority::ca("stranger")).pem()).unwrap();
    let stranger = Trust::anchors(stranger);
    let trusts_others = ConfigBuilder { trust: stranger.clone(), ..client.clone() };
    let fault = refusal(trusts_others, server.clone(), Role::Client, server_test());
    assert_eq!(fault.alert(), Some(Alert::UNKNOWN_CA));
    let trusts_others = ConfigBuilder { trust: stranger, ..server };
    let fault = refusal(client, trusts_others, Role::Server, server_test());
    assert_eq!(fault.alert(), Some(Alert::UNKNOWN_CA));
}

//= R-C.5-1 test
#[test]
fn a_config_without_anchors_trusts_nobody() {
    let (client, server) = builders();
    let trusts_nobody = ConfigBuilder { trust: Config::builder(crypto()).trust, ..client };
    let fault = refusal(trusts_nobody, server, Role::Client, server_test());
    assert_eq!(fault.alert(), Some(Alert::UNKNOWN_CA));
}

#[test]
fn another_name_is_certificate_unknown_for_a_server_and_access_denied_for_a_client() {
    let (client, server) = builders();
    let other = ExpectedPeer::dns("other.test").unwrap().with_server_name("server.test").unwrap();
    let fault = refusal(client.clone(), server.clone(), Role::Client, other);
    assert_eq!(fault.alert(), Some(Alert::CERTIFICATE_UNKNOWN));
    assert!(fault.to_string().contains("other.test") && fault.to_string().contains("server.test"), "{fault}");
    let expected_clients = ExpectedPeer::spiffe_trust_domain("prod").unwrap();
    let server = ConfigBuilder { expected_clients, ..server };
    let fault = refusal(client, server, Role::Server, server_test());
    assert_eq!(fault.alert(), Some(Alert::ACCESS_DENIED));
}

#[test]
fn an_expired_certificate_is_certificate_expired() {
    let ca = authority::root(authority::ca("ca"));
    let mut old = authority::server("server.test");
    old.not_after = date_time_ymd(2026, 1, 1);
    let trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap());
    let (client, server) = builders();
    let server = ConfigBuilder { credentials: Credentials::Listed(vec![Arc::new(load(old, &ca))]), ..server };
    let fault = refusal(ConfigBuilder { trust, ..client }, server, Role::Client, server_test());
    assert_eq!(fault.alert(), Some(Alert::CERTIFICATE_EXPIRED));
    assert!(fault.to_string().contains("2026-01-01"), "{fault}");
}

//= R-4.5.1.2-12 test
#[test]
fn a_certificate_for_another_purpose_is_unsupported_certificate() {
    let ca = authority::root(authority::ca("ca"));
    let trust = Trust::anchors(TrustAnchors::from_pem(ca.pem()).unwrap());
    let mut params = authority::client("spiffe://test/client");
    params.subject_alt_names.extend(authority::server("server.test").subject_alt_names);
    let wrong = load(params, &ca);
    let (client, server) = builders();
    let client = ConfigBuilder { trust, ..client };
    let server = ConfigBuilder { credentials: Credentials::Ask, ..server };
    let (mut client, mut server) = ends(client, server);
    settle(&mut client, &mut server).unwrap();
    let Some(Ask::ChooseCredential(ask)) = server.connection.pending().cloned() else {
        panic!("another ask")
    };
    server.connection.answer(ask.choose(Arc::clone(wrong.shown()))).unwrap();
    let fault = settle(&mut client, &mut server).unwrap_err();
    assert_eq!(fault.alert(), Some(Alert::UNSUPPORTED_CERTIFICATE));
}

#[test]
fn a_chain_signed_by_what_was_not_accepted_is_unsupported_certificate() {
    let (mut client, server) = builders();
    client.handshake.signature_schemes_cert = vec![SignatureScheme::ED25519];
    let fault = refusal(client, server, Role::Client, server_test());
    assert_eq!(fault.alert(), Some(Alert::UNSUPPORTED_CERTIFICATE));
}

#[test]
fn a_client_without_certificate_is_refused_where_one_is_required() {
    let (client, mut server) = builders();
    server.handshake.client_auth = ClientAuth::Required;
    let client = ConfigBuilder { credentials: Credentials::Listed(Vec::new()), ..client };
    let fault = refusal(client, server, Role::Server, server_test());
    assert_eq!(fault.alert(), Some(Alert::CERTIFICATE_REQUIRED));
}

#[test]
fn a_pinned_key_needs_no_anchor() {
    let (client, server) = builders();
    let Credentials::Listed(listed) = &server.credentials else { panic!("not listed") };
    let spki = listed[0].shown().public_key().spki();
    let sha256 = crypto().hash(handfast::crypto::HashAlgorithm::Sha256).unwrap().digest(spki);
    let pinned = ExpectedPeer::pinned_public_key((*sha256).try_into().unwrap());
    let client = ConfigBuilder { trust: Config::builder(crypto()).trust, ..client };
    let client =
        Connection::client(Arc::new(client.build().unwrap()), pinned, Entropy::from_platform([1; 32]));
    let server = Connection::server(Arc::new(server.build().unwrap()), Entropy::from_platform([2; 32]));
    let (mut client, mut server) = (End::new(client), End::new(server));
    settle(&mut client, &mut server).unwrap();
    assert!(client.connection.is_connected());
}

#[test]
fn a_credential_tells_its_validity() {
    let ca = authority::root(authority::ca("ca"));
    let (not_before, not_after) = load(anything("any"), &ca).validity();
    assert_eq!(not_before.to_string(), "2025-01-01T00:00:00Z");
    assert!(not_after > Time::from_millis_since_1970(authority::MID_2030));
}
