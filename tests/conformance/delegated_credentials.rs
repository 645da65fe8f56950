//! Delegated credentials (RFC 9345), in both roles.

use std::sync::LazyLock;

use handfast::alert::AlertDescription as Alert;
use handfast::connection::{Credential as OurCredential, Delegation};
use handfast::crypto::{Entropy, PrivateKeyInfo, Sign};
use handfast::handshake::{Config, PeerFault, Role};
use handfast::message::{
    DelegatedCredential, DelegatedCredentialSchemes, ExtensionFault, ExtensionType, HandshakeType,
    SignatureScheme,
};
use handfast::wire::Decode;
use rcgen::{CertificateParams, CustomExtension, KeyPair};

use crate::authority;
use crate::pair::now;
use crate::peer::step::*;
use crate::peer::{Credential, Peer, body};
use crate::subject::{Identity, Meeting, PKI, Subject, crypto, meeting};

const EXTENSION: ExtensionType = ExtensionType::DELEGATED_CREDENTIAL;
const P256: SignatureScheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
const ED25519: SignatureScheme = SignatureScheme::ED25519;

/// An end that delegates: its certificate, the delegation and the key that it is for.
struct Delegator {
    identity: Identity,
    delegated: Vec<u8>,
    key: std::sync::Arc<dyn Sign>,
}

/// The certificate may delegate (RFC 9345 §4.2).
fn may_delegate(mut params: CertificateParams) -> CertificateParams {
    let usage = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 44363, 44], vec![5, 0]);
    params.custom_extensions.push(usage);
    params
}

impl Delegator {
    fn new(role: Role, params: CertificateParams) -> Self {
        let leaf_key = KeyPair::generate().unwrap();
        let identity = Identity::of_key(may_delegate(params), &PKI.ca, &leaf_key);
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let key = PrivateKeyInfo::from_der(key.serialized_der()).unwrap();
        let key = crypto().load_signing_key(&key).unwrap();
        let chain = [identity.credential.chain[0].as_slice()];
        let own = OurCredential::from_der(chain, leaf_key.serialized_der(), &crypto()).unwrap();
        let delegation = Delegation {
            role,
            public_key: key.public_key().clone(),
            scheme: ED25519,
            not_after: now().saturating_add(std::time::Duration::from_secs(3600)),
        };
        let delegated = own.delegate(&delegation, now(), &crypto(), Entropy::from_platform([7; 32])).unwrap();
        Self { identity, delegated, key }
    }

    /// What a peer shows that uses the delegation; [`shown`] adds it to Certificate.
    fn credential(&self) -> Credential {
        Credential { chain: self.identity.credential.chain.clone(), key: self.key.clone() }
    }
}

static SERVER: LazyLock<Delegator> =
    LazyLock::new(|| Delegator::new(Role::Server, authority::server("server.test")));
static CLIENT: LazyLock<Delegator> =
    LazyLock::new(|| Delegator::new(Role::Client, authority::client("spiffe://test/client")));

fn takes(config: &mut Config) {
    config.delegated_credential_schemes = vec![ED25519, P256];
}

/// A peer that shows this delegation, changed, with the first certificate.
fn shown(peer: Peer, delegator: &Delegator, change: impl Fn(&mut DelegatedCredential<'_>) + 'static) -> Peer {
    let delegated = delegator.delegated.clone();
    peer.with_credential(delegator.credential()).on(Certificate, move |message| {
        let mut credential = DelegatedCredential::decode(&delegated).unwrap();
        change(&mut credential);
        message.certificate_list[0].extensions.push(EXTENSION, &credential);
    })
}

/// A client of ours meets a server with a delegated key, and a server of ours such a client.
fn meets(change: impl Fn(&mut DelegatedCredential<'_>) + Clone + 'static) -> [Meeting; 2] {
    let (of_server, of_client) = (change.clone(), change);
    [
        meeting(|| Subject::client().with(takes), |server| shown(server, &SERVER, of_server.clone())),
        meeting(|| Subject::server().with(takes), |client| shown(client, &CLIENT, of_client.clone())),
    ]
}

#[track_caller]
fn invalid(meetings: [Meeting; 2], why: &'static str) {
    for meeting in meetings {
        meeting.is_refused(PeerFault::DelegatedCredential { why }, Alert::ILLEGAL_PARAMETER);
    }
}

//= R9345-4-5 test
//= R9345-4.1.1-4 test
//= R9345-4.1.2-4 test
#[test]
fn a_delegated_key_proves_who_the_certificate_names_in_both_roles() {
    for meeting in meets(|_| {}) {
        meeting.completes();
    }
}

//= R9345-4.1.1-3 test
//= R9345-4.1.2-3 test
#[test]
fn what_is_taken_is_listed_in_client_hello_and_certificate_request_and_nothing_where_none_is() {
    let lists = |subject: Subject, msg_type| {
        let mut peer = subject.peer();
        subject.floor().meet(&mut peer).unwrap();
        let message = peer.heard.iter().find(|message| message.msg_type == msg_type).unwrap();
        let extensions = if msg_type == HandshakeType::CLIENT_HELLO {
            <body::ClientHello as body::Body>::read(&message.body).extensions
        } else {
            <body::CertificateRequest as body::Body>::read(&message.body).extensions
        };
        let listed = extensions.get::<DelegatedCredentialSchemes<'_>>();
        listed.map(|list| list.supported_signature_algorithms.to_vec())
    };
    let expected = Some(vec![ED25519, P256]);
    assert_eq!(lists(Subject::client().with(takes), HandshakeType::CLIENT_HELLO), expected);
    assert_eq!(lists(Subject::server().with(takes), HandshakeType::CERTIFICATE_REQUEST), expected);
    assert_eq!(lists(Subject::client(), HandshakeType::CLIENT_HELLO), None);
    assert_eq!(lists(Subject::server(), HandshakeType::CERTIFICATE_REQUEST), None);
}

//= R9345-4.1.1-1 test
//= R9345-4.1.2-1 test
#[test]
fn one_that_nobody_asked_for_is_unexpected_message() {
    let fault = PeerFault::Extension {
        message: HandshakeType::CERTIFICATE,
        fault: ExtensionFault::Unsolicited(EXTENSION),
    };
    meeting(Subject::client, |server| shown(server, &SERVER, |_| {}))
        .is_refused(fault.clone(), Alert::UNEXPECTED_MESSAGE);
    meeting(Subject::server, |client| shown(client, &CLIENT, |_| {}))
        .is_refused(fault, Alert::UNEXPECTED_MESSAGE);
}

//= R9345-4-3 test
//= R9345-4-4 test
//= R9345-4.1.1-5 test
//= R9345-4.1.2-5 test
//= R9345-4.1.3-6 test
#[test]
fn schemes_that_were_not_listed_are_illegal_parameter() {
    for scheme in [
        SignatureScheme::ECDSA_SECP384R1_SHA384,
        SignatureScheme::RSA_PSS_RSAE_SHA256,
        SignatureScheme::RSA_PKCS1_SHA256,
        SignatureScheme(0xfe00),
    ] {
        let why = "its key is of a scheme that we did not offer for such keys";
        invalid(meets(move |credential| credential.dc_cert_verify_algorithm = scheme), why);
    }
    let why = "it is signed by a scheme that we did not offer";
    invalid(meets(|credential| credential.algorithm = SignatureScheme::RSA_PKCS1_SHA256), why);
}

//= R9345-4.1.3-3 test
#[test]
fn a_certificate_verify_by_another_scheme_is_illegal_parameter() {
    let why = "CertificateVerify is by another scheme than it says";
    let other = |peer: Peer| peer.on(CertificateVerify, |message| message.algorithm = P256);
    let client = meeting(|| Subject::client().with(takes), |server| other(shown(server, &SERVER, |_| {})));
    let server = meeting(|| Subject::server().with(takes), |client| other(shown(client, &CLIENT, |_| {})));
    invalid([client, server], why);
}

//= R9345-4-5 test
//= R9345-4.1.3-5 test
#[test]
fn a_delegation_that_is_not_signed_by_the_certificate_as_it_stands_is_illegal_parameter() {
    let why = "its signature does not verify with the key of the certificate";
    invalid(meets(|credential| credential.valid_time -= 1), why);
    invalid(meets(|credential| credential.signature = &[1; 70]), why);
    invalid(meets(|credential| credential.algorithm = ED25519), why);
    // The delegation of the other role, or by another certificate.
    let crossed = |shown_as: &'static Delegator, of: &'static Delegator| {
        move |peer: Peer| {
            peer.with_credential(Credential { key: of.key.clone(), ..shown_as.credential() })
                .on(Certificate, |message| {
                    message.certificate_list[0].extensions.push_raw(EXTENSION, of.delegated.clone())
                })
        }
    };
    let fault = || PeerFault::DelegatedCredential { why };
    meeting(|| Subject::client().with(takes), crossed(&SERVER, &CLIENT))
        .is_refused(fault(), Alert::ILLEGAL_PARAMETER);
    meeting(|| Subject::server().with(takes), crossed(&CLIENT, &SERVER))
        .is_refused(fault(), Alert::ILLEGAL_PARAMETER);
}

#[test]
fn a_key_that_cannot_be_read_is_illegal_parameter() {
    let why = "its key cannot be read, or is none that we can use";
    let mut peer = shown(Subject::client().peer(), &SERVER, |credential| {
        credential.asn1_subject_public_key_info = &[0x30, 0];
    });
    let fault = Subject::client().with(takes).floor().meet(&mut peer).unwrap_err();
    assert_eq!(fault, PeerFault::DelegatedCredential { why }.into());
}

#[test]
fn a_malformed_one_is_decode_error() {
    for (subject, delegator) in [(Subject::client as fn() -> Subject, &SERVER), (Subject::server, &CLIENT)] {
        meeting(
            || subject().with(takes),
            |peer| {
                peer.with_credential(delegator.credential()).on(Certificate, |message| {
                    message.certificate_list[0].extensions.push_raw(EXTENSION, [0, 0, 0, 1]);
                })
            },
        )
        .is_malformed(HandshakeType::CERTIFICATE, "dc_cert_verify_algorithm");
    }
}

//= R9345-4.1.1-4 test
//= R9345-4.1.2-4 test
#[test]
fn one_beside_another_certificate_than_the_first_is_ignored() {
    for (subject, own) in [(Subject::client as fn() -> Subject, &PKI.server), (Subject::server, &PKI.client)]
    {
        meeting(
            || subject().with(takes),
            |peer| {
                peer.on(Certificate, |message| {
                    let mut ca = message.certificate_list[0].clone();
                    ca.cert_data = PKI.ca.der().to_vec();
                    ca.extensions.push_raw(EXTENSION, SERVER.delegated.clone());
                    message.certificate_list.push(ca);
                })
                .with_key_of(&own.credential)
            },
        )
        .completes();
    }
}

//= R9345-4.1.3-4 test
#[test]
fn a_verdict_that_says_nothing_of_delegation_lets_none_pass() {
    let why = "the verdict on its certificate does not let that delegate";
    let subject = || Subject::client().with(takes).with_verdict_on_chain_alone();
    let mut peer = shown(subject().peer(), &SERVER, |_| {});
    let fault = subject().floor().meet(&mut peer).unwrap_err();
    assert_eq!(fault, PeerFault::DelegatedCredential { why }.into());
}

//= R9345-4.1.1-2 test
//= R9345-4.1.2-2 test
#[test]
fn we_show_one_to_who_takes_it_and_signs_with_its_key_alone() {
    for (role, delegator) in [(Role::Client, &CLIENT), (Role::Server, &SERVER)] {
        let shows = |listed: &'static [SignatureScheme], accepted: &'static [SignatureScheme]| {
            let subject = if role == Role::Client { Subject::client() } else { Subject::server() };
            let subject = subject.with_delegated(&delegator.identity, &delegator.delegated, &delegator.key);
            let mut peer = subject.peer();
            peer = if role == Role::Client {
                peer.on(CertificateRequest, move |message| list(&mut message.extensions, listed, accepted))
            } else {
                peer.on(ClientHello, move |message| list(&mut message.extensions, listed, accepted))
            };
            subject.floor().meet(&mut peer).map(|()| {
                let message = peer.heard.iter().find(|it| it.msg_type == HandshakeType::CERTIFICATE).unwrap();
                let certificate = <body::Certificate as body::Body>::read(&message.body);
                certificate.certificate_list[0].extensions.find(EXTENSION).map(<[u8]>::to_vec)
            })
        };
        let delegated = Some(delegator.delegated.clone());
        assert_eq!(shows(&[ED25519], &[P256]), Ok(delegated), "{role:?}");
    }
}

/// Lists schemes for delegated keys, and for signatures.
fn list(extensions: &mut body::Extensions, delegated: &[SignatureScheme], accepted: &[SignatureScheme]) {
    extensions.push(EXTENSION, &DelegatedCredentialSchemes::from(delegated));
    let accepted = handfast::message::SignatureSchemeList::from(accepted);
    extensions.set(ExtensionType::SIGNATURE_ALGORITHMS, &accepted);
}
