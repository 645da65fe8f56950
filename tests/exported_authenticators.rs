//! Exported authenticators (RFC 9261): what one end makes the other validates, and nothing else passes for it.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use std::sync::Arc;

use handfast::connection::{Config, ConfigBuilder, Connection, Credentials, Trust};
use handfast::crypto::{Digest, Entropy, HashAlgorithm, PrivateKeyInfo, ring};
use handfast::exported_authenticator::{
    Authenticating, AuthenticatorError, ExportedAuthenticators, Validating, certificate_request_context,
};
use handfast::handshake::{self, Ask, Fault, OwnFault, PeerFault};
use handfast::identity::ExpectedPeer;
use handfast::pki::TrustAnchors;
use handfast::{AlertDescription, SignatureScheme};
use support::authority;
use support::pair::{self, connected, now};

/// Both ends' authenticators; a client that shows `spiffe://test/other`, and a server that shows `other.test`.
struct World {
    client: ExportedAuthenticators,
    server: ExportedAuthenticators,
    connections: [Connection; 2],
}

fn other() -> ExpectedPeer {
    ExpectedPeer::dns("other.test").unwrap()
}

fn anybody() -> ExpectedPeer {
    ExpectedPeer::any_under_anchors()
}

fn world() -> World {
    world_with(|_| {})
}

/// The same with configs changed.
fn world_with(change: fn(&mut ConfigBuilder)) -> World {
    let ca = authority::root(authority::ca("another ca"));
    let builder = |params| {
        let (chain, key) = pair::credential(params, &ca);
        let builder = Config::builder(ring::provider()).trust_pem(ca.pem()).unwrap();
        let mut builder = builder.credential_pem(chain, key).unwrap();
        change(&mut builder);
        Arc::new(builder.build().unwrap())
    };
    let (client, server) = pair::builders();
    let (client, server) = connected(client, server);
    let authenticators = |connection: &Connection, config, seed| {
        ExportedAuthenticators::new(connection, config, Entropy::from_platform([seed; 32])).unwrap()
    };
    World {
        client: authenticators(&client.connection, builder(authority::client("spiffe://test/other")), 5),
        server: authenticators(&server.connection, builder(authority::server("other.test")), 6),
        connections: [client.connection, server.connection],
    }
}

fn done(authenticating: Authenticating) -> Vec<u8> {
    let Authenticating::Done(authenticator) = authenticating else { panic!("{authenticating:?}") };
    authenticator
}

/// The messages of an authenticator, each with its header.
fn messages(authenticator: &[u8]) -> Vec<&[u8]> {
    let mut rest = authenticator;
    let mut messages = Vec::new();
    while let [_, high, middle, low, ..] = rest {
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        let (message, behind) = rest.split_at(4 + length);
        messages.push(message);
        rest = behind;
    }
    messages
}

#[test]
fn each_end_proves_a_further_identity_when_the_other_asks() {
    let World { mut client, mut server, .. } = world();
    let request = client.request(&other()).unwrap();
    let answer = done(server.authenticate(&request, now()).unwrap());
    let types: Vec<u8> = messages(&answer).iter().map(|message| message[0]).collect();
    assert_eq!((request[0], types), (17, vec![11, 15, 20]));
    let context = certificate_request_context(&request).unwrap();
    assert_eq!(certificate_request_context(&answer).unwrap(), context);
    let peer = client.validate(&request, &answer, &other(), now()).unwrap();
    assert_eq!(peer.certificate_request_context[..], context.unwrap());
    assert_eq!(peer.peer_identity.unwrap().dns_names, ["other.test"]);
    assert_eq!(peer.signature_scheme, Some(SignatureScheme::ECDSA_SECP256R1_SHA256));
    assert_eq!((peer.peer_chain.unwrap().len(), peer.at), (1, now()));

    let request = server.request(&anybody()).unwrap();
    let answer = done(client.authenticate(&request, now()).unwrap());
    assert_eq!(request[0], 13);
    let peer = server.validate(&request, &answer, &anybody(), now()).unwrap();
    assert_eq!(peer.peer_identity.unwrap().spiffe_id.as_ref().unwrap().as_str(), "spiffe://test/other");
}

#[test]
fn an_end_without_a_fitting_certificate_says_so_in_an_empty_authenticator() {
    let World { mut client, mut server, .. } = world_with(|builder| {
        builder.credentials = Credentials::Listed(Vec::new());
    });
    let request = server.request(&anybody()).unwrap();
    let answer = done(client.authenticate(&request, now()).unwrap());
    assert_eq!((answer[0], answer.len()), (20, 4 + 32));
    assert_eq!(certificate_request_context(&answer), Ok(None));
    let mut altered = answer.clone();
    altered[10] ^= 1;
    let refused = server.validate(&request, &altered, &anybody(), now()).unwrap_err();
    assert_eq!(refused, AuthenticatorError::Fault(PeerFault::BadFinished.into()));
    let peer = server.validate(&request, &answer, &anybody(), now()).unwrap();
    assert!(peer.peer_identity.is_none() && peer.peer_chain.is_none());
    assert_eq!(
        server.validate(&request, &answer, &anybody(), now()).unwrap_err(),
        AuthenticatorError::UnknownRequest
    );
}

/// All parts as the formulas of RFC 9261 §5 have them, computed here from exports alone.
#[test]
fn an_authenticator_is_made_as_the_rfc_says() {
    let World { mut client, mut server, connections } = world();
    let crypto = ring::provider();
    let hash = crypto.hash(HashAlgorithm::Sha256).unwrap();
    let export = |label: &str| {
        let mut out = [0; 32];
        connections[0].export(label, b"", &mut out).unwrap();
        out
    };
    let hmac = |key: &[u8], data: &Digest| crypto.hkdf(HashAlgorithm::Sha256).unwrap().hmac(key, data);
    let cases = [("client", true), ("server", false)];
    for (sender, is_client) in cases {
        let (asking, asked) = if is_client { (&mut server, &mut client) } else { (&mut client, &mut server) };
        let context = export(&format!("EXPORTER-{sender} authenticator handshake context"));
        let key = export(&format!("EXPORTER-{sender} authenticator finished key"));
        let request = asking.request(&anybody()).unwrap();
        let answer = done(asked.authenticate(&request, now()).unwrap());
        let [certificate, verify, finished] = messages(&answer)[..] else { panic!("{answer:?}") };
        let finished_over = hash.digest(&[&context, &request[..], certificate, verify].concat());
        assert_eq!(finished[4..], *hmac(&key, &finished_over));

        let signed_over = hash.digest(&[&context, &request[..], certificate].concat());
        let content = [&[32; 64][..], b"Exported Authenticator", &[0], &signed_over].concat();
        let peer = asking.validate(&request, &answer, &anybody(), now()).unwrap();
        let chain = peer.peer_chain.unwrap();
        let leaf = handfast::pki::certificate::Certificate::from_der(chain.certificates().next().unwrap());
        let spki = leaf.unwrap().subject_public_key_info.der;
        let public_key = handfast::crypto::PublicKey::from_spki(spki).unwrap();
        assert_eq!(verify[4..6], [4, 3]);
        let verifier = crypto.verifier(SignatureScheme::ECDSA_SECP256R1_SHA256.algorithm().unwrap()).unwrap();
        verifier.verify(&public_key, &content, &verify[8..]).unwrap();
    }
}

fn fault(error: AuthenticatorError) -> Fault {
    let AuthenticatorError::Fault(fault) = error else { panic!("{error}") };
    fault
}

#[test]
fn no_altered_byte_passes() {
    let World { mut client, mut server, .. } = world();
    let request = client.request(&other()).unwrap();
    let answer = done(server.authenticate(&request, now()).unwrap());
    for at in 0..answer.len() {
        let mut altered = answer.clone();
        altered[at] ^= 1;
        assert!(client.validate(&request, &altered, &other(), now()).is_err(), "byte {at}");
    }
    for length in 0..answer.len() {
        assert!(client.validate(&request, &answer[..length], &other(), now()).is_err(), "{length} bytes");
    }
    let longer = [&answer[..], &[0]].concat();
    assert!(client.validate(&request, &longer, &other(), now()).is_err());
    let twice = [&answer[..], &answer[..]].concat();
    assert!(client.validate(&request, &twice, &other(), now()).is_err());
    // None of them has used the request up.
    client.validate(&request, &answer, &other(), now()).unwrap();
}

#[test]
fn each_message_has_its_place_and_none_may_be_missing() {
    let World { mut client, mut server, .. } = world();
    let request = client.request(&other()).unwrap();
    let answer = done(server.authenticate(&request, now()).unwrap());
    let [certificate, verify, finished] = messages(&answer)[..] else { panic!("{answer:?}") };
    let orders: [&[&[u8]]; 5] = [
        &[certificate, verify],
        &[verify, finished],
        &[verify, certificate, finished],
        &[certificate, finished, verify],
        &[certificate, certificate, finished],
    ];
    for order in orders {
        let refused = fault(client.validate(&request, &order.concat(), &other(), now()).unwrap_err());
        assert_eq!(refused.alert(), AlertDescription::UNEXPECTED_MESSAGE, "{refused}");
    }
    let refused = client.validate(&request, finished, &other(), now()).unwrap_err();
    assert_eq!(fault(refused), PeerFault::BadFinished.into(), "an authenticator made empty on its way");
}

#[test]
fn it_is_worth_something_for_this_request_this_connection_this_sender_and_once() {
    let World { mut client, mut server, .. } = world();
    let request = client.request(&other()).unwrap();
    let another = client.request(&other()).unwrap();
    let answer = done(server.authenticate(&request, now()).unwrap());
    let refused = client.validate(&another, &answer, &other(), now()).unwrap_err();
    assert_eq!(refused, AuthenticatorError::OtherRequest);

    let mut elsewhere = world();
    let refused = elsewhere.client.validate(&request, &answer, &other(), now()).unwrap_err();
    assert_eq!(refused, AuthenticatorError::UnknownRequest);
    let theirs = done(elsewhere.server.authenticate(&request, now()).unwrap());
    let refused = client.validate(&request, &theirs, &other(), now()).unwrap_err();
    assert_eq!(fault(refused), PeerFault::BadFinished.into());

    client.validate(&request, &answer, &other(), now()).unwrap();
    let refused = client.validate(&request, &answer, &other(), now()).unwrap_err();
    assert_eq!(refused, AuthenticatorError::UnknownRequest);
    // Nor does an end answer a request twice, or one of its own.
    let refused = server.authenticate(&request, now()).unwrap_err();
    assert_eq!(fault(refused), PeerFault::CertificateRequestContext.into());
    let refused = client.authenticate(&another, now()).unwrap_err();
    assert_eq!(fault(refused).alert(), AlertDescription::UNEXPECTED_MESSAGE);
}

#[test]
fn a_chain_is_judged_as_in_a_handshake() {
    let World { mut client, mut server, .. } = world();
    let request = client.request(&other()).unwrap();
    let answer = done(server.authenticate(&request, now()).unwrap());
    let somebody = ExpectedPeer::dns("somebody.test").unwrap();
    let refused = fault(client.validate(&request, &answer, &somebody, now()).unwrap_err());
    assert_eq!(refused.alert(), AlertDescription::CERTIFICATE_UNKNOWN);
    assert!(refused.to_string().contains("somebody.test"), "{refused}");

    let World { mut client, mut server, .. } = world_with(|builder| {
        builder.trust = Trust::anchors(TrustAnchors::default());
    });
    let request = server.request(&anybody()).unwrap();
    let answer = done(client.authenticate(&request, now()).unwrap());
    let refused = fault(server.validate(&request, &answer, &anybody(), now()).unwrap_err());
    assert_eq!(refused.alert(), AlertDescription::UNKNOWN_CA);
}

#[test]
fn the_caller_may_judge_and_choose_itself() {
    let World { mut client, mut server, .. } = world_with(|builder| {
        builder.trust = Trust::ask();
        builder.credentials = Credentials::Ask;
    });
    let request = server.request(&anybody()).unwrap();
    let left = client.authenticate(&request, now()).unwrap_err();
    assert_eq!(left, AuthenticatorError::LeftToCaller("ChooseCredential"));
    let ask = client.choose_credential(&request, now()).unwrap();
    let Ask::ChooseCredential(choose) = &ask else { panic!("{ask:?}") };
    let answer = done(client.authenticate_by(&request, &ask, choose.none()).unwrap());
    assert!(server.validate(&request, &answer, &anybody(), now()).unwrap().peer_identity.is_none());

    let mut shown = world();
    let request = shown.server.request(&anybody()).unwrap();
    let answer = done(shown.client.authenticate(&request, now()).unwrap());
    let read = shown.server.read_authenticator(&request, &answer, &anybody(), now()).unwrap();
    let Validating::Judge(judging) = read else { panic!("{read:?}") };
    let Ask::JudgePeer(judge) = judging.ask() else { panic!("{judging:?}") };
    let refuse = judge.refuse(AlertDescription::ACCESS_DENIED, "not you".into());
    let refused = fault(judging.judged(refuse).unwrap_err());
    let reason = "not you".into();
    assert_eq!(refused, Fault::Refused { alert: AlertDescription::ACCESS_DENIED, reason });
}

/// A judge that names another key does not make up for the proof.
#[test]
fn the_signature_is_verified_with_the_key_that_was_judged() {
    let World { mut client, mut server, .. } = world();
    let request = server.request(&anybody()).unwrap();
    let answer = done(client.authenticate(&request, now()).unwrap());
    let read = server.read_authenticator(&request, &answer, &anybody(), now()).unwrap();
    let Validating::Judge(judging) = read else { panic!("{read:?}") };
    let Ask::JudgePeer(judge) = judging.ask() else { panic!("{judging:?}") };
    let other = rcgen::KeyPair::generate().unwrap();
    let info = PrivateKeyInfo::from_der(other.serialized_der()).unwrap();
    let key = ring::provider().load_signing_key(&info).unwrap();
    let accept = judge.accept(key.public_key().clone(), Arc::default());
    assert_eq!(fault(judging.judged(accept).unwrap_err()), PeerFault::BadSignature.into());
}

#[test]
fn a_key_that_is_elsewhere_signs_by_answer() {
    let World { mut client, mut server, .. } = world_with(|builder| builder.trust = Trust::ask());
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = authority::client("spiffe://test/device").self_signed(&key).unwrap();
    let info = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
    let signing = ring::provider().load_signing_key(&info).unwrap();
    let scheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
    let chain = vec![Arc::from(certificate.der().as_ref())];
    let credential = handshake::Credential::external(chain, signing.public_key().clone(), vec![scheme]);

    let request = server.request(&anybody()).unwrap();
    let ask = client.choose_credential(&request, now()).unwrap();
    let Ask::ChooseCredential(choose) = &ask else { panic!("{ask:?}") };
    let chosen = choose.choose(Arc::new(credential));
    let authenticating = client.authenticate_by(&request, &ask, chosen).unwrap();
    let Authenticating::Sign(waiting) = authenticating else { panic!("{authenticating:?}") };
    let Ask::Sign(sign) = waiting.ask().clone() else { panic!("{waiting:?}") };
    let (refused, waiting) = waiting.signed(sign.signed(vec![1; 70])).unwrap_err();
    assert_eq!(refused, handfast::Refused::SignatureDoesNotVerify);
    let mut entropy = Zeros;
    let signature = signing.sign(scheme.algorithm().unwrap(), &sign.content, &mut entropy).unwrap();
    let answer = waiting.signed(sign.signed(signature)).unwrap();
    let left = server.validate(&request, &answer, &anybody(), now()).unwrap_err();
    assert_eq!(left, AuthenticatorError::LeftToCaller("JudgePeer"));
}

/// ring draws its own randomness.
struct Zeros;

impl handfast::crypto::EntropySource for Zeros {
    fn draw(
        &mut self,
        _: handfast::crypto::Purpose,
        _: &mut [u8],
    ) -> Result<(), handfast::crypto::CryptoError> {
        Ok(())
    }
}

#[test]
fn a_request_that_is_none_is_refused() {
    let World { mut client, mut server, .. } = world();
    let request = server.request(&anybody()).unwrap();
    for length in 0..request.len() {
        let refused = fault(client.authenticate(&request[..length], now()).unwrap_err());
        assert_eq!(refused.alert(), AlertDescription::DECODE_ERROR, "{length} bytes: {refused}");
    }
    let twice = [&request[..], &request[..]].concat();
    let refused = fault(client.authenticate(&twice, now()).unwrap_err());
    assert_eq!(refused.alert(), AlertDescription::UNEXPECTED_MESSAGE);
    // A server name is for a client to ask with.
    let mut named = client.request(&other()).unwrap();
    named[0] = 13;
    let refused = fault(client.authenticate(&named, now()).unwrap_err());
    assert_eq!(refused.alert(), AlertDescription::ILLEGAL_PARAMETER);
    assert!(certificate_request_context(b"").is_err());
    assert!(certificate_request_context(&[24, 0, 0, 1, 0]).is_err());
}

#[test]
fn no_more_requests_are_made_or_answered_than_the_limit_allows() {
    let World { mut client, mut server, .. } = world();
    let mut elsewhere = world();
    for _ in 0..32 {
        let request = client.request(&other()).unwrap();
        done(server.authenticate(&request, now()).unwrap());
    }
    assert_eq!(client.request(&other()), Err(AuthenticatorError::TooMany { limit: 32 }));
    let request = elsewhere.client.request(&other()).unwrap();
    let refused = server.authenticate(&request, now()).unwrap_err();
    assert_eq!(refused, AuthenticatorError::TooMany { limit: 32 });
}

#[test]
fn there_are_none_before_the_handshake_is_complete_and_a_split_connection_keeps_them() {
    let (client, server) = pair::builders();
    let config = Arc::new(client.clone().build().unwrap());
    let (early, _) = pair::ends(client, server);
    let entropy = || Entropy::from_platform([1; 32]);
    let refused = ExportedAuthenticators::new(&early.connection, Arc::clone(&config), entropy()).unwrap_err();
    assert_eq!(refused, AuthenticatorError::NotConnected);

    let World { mut client, mut server, connections: [connection, _] } = world();
    let (sender, receiver) = connection.split().unwrap();
    drop((sender, receiver));
    let request = client.request(&other()).unwrap();
    let answer = done(server.authenticate(&request, now()).unwrap());
    client.validate(&request, &answer, &other(), now()).unwrap();
}

#[test]
fn an_answer_to_another_ask_is_a_failure_of_our_own() {
    let World { mut client, mut server, .. } = world();
    let request = server.request(&anybody()).unwrap();
    let ask = client.choose_credential(&request, now()).unwrap();
    let other = client.choose_credential(&request, now()).unwrap();
    let Ask::ChooseCredential(choose) = &other else { panic!("{other:?}") };
    let refused = client.authenticate_by(&request, &ask, choose.none()).unwrap_err();
    assert_eq!(fault(refused), OwnFault::AnswerFailed("ChooseCredential").into());
}
