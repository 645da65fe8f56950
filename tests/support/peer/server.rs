//! The peer as a server (A.2).

use handfast::handshake::Epoch;
use handfast::message::{
    CertWithExternPsk, ExtensionType, HELLO_RETRY_REQUEST_RANDOM, HandshakeType, KeyShareClientHello,
    KeyShareEntry, KeyShareHelloRetryRequest, KeyShareServerHello, OfferedPsks, ProtocolVersion, SelectedPsk,
    SignatureSchemeList, SupportedVersionsServerHello,
};
use handfast::resumption::Psk;

use super::body::{self, Body, Extensions};
use super::schedule::{Schedule, early_traffic_secret, psk_binder};
use super::step::{self, Message};
use super::{Keys, Numbers, Peer, Phase};

impl Peer {
    /// Takes one step; `false`: there is none to take.
    pub(super) fn server_turn(&mut self) -> bool {
        match self.phase {
            Phase::Start | Phase::AwaitServerHello => {
                let Some(message) = self.next_message(HandshakeType::CLIENT_HELLO) else { return false };
                let hello = body::ClientHello::read(&message.body);
                match self.retry.take() {
                    Some(group) => self.send_hello_retry_request(&message, &hello, group),
                    None => {
                        self.send_server_flight(&message, &hello);
                        self.phase = Phase::AwaitFinished;
                    }
                }
                true
            }
            Phase::AwaitFinished => self.hear_client_flight(),
            Phase::Connected => self.hear_answer(),
        }
    }

    /// The first of our suites that the client offers.
    fn select_suite(&self, hello: &body::ClientHello) -> handfast::message::CipherSuite {
        let shared = self.suites.iter().find(|suite| hello.cipher_suites.contains(suite));
        *shared.expect("a suite in common")
    }

    fn send_hello_retry_request(
        &mut self,
        message: &Message,
        hello: &body::ClientHello,
        selected_group: handfast::message::NamedGroup,
    ) {
        let suite = self.select_suite(hello);
        let mut schedule = Schedule::new(&self.crypto, suite, message.to_bytes());
        schedule.retry();
        self.schedule = Some(schedule);
        let mut extensions = Extensions::default();
        let version = SupportedVersionsServerHello { selected_version: ProtocolVersion::TLS13 };
        extensions.push(ExtensionType::SUPPORTED_VERSIONS, &version);
        extensions.push(ExtensionType::KEY_SHARE, &KeyShareHelloRetryRequest { selected_group });
        let retry = body::ServerHello {
            legacy_version: ProtocolVersion::TLS12,
            random: HELLO_RETRY_REQUEST_RANDOM,
            legacy_session_id_echo: hello.legacy_session_id.clone(),
            cipher_suite: suite,
            legacy_compression_method: 0,
            extensions,
        };
        self.send(step::HelloRetryRequest, Epoch::Initial, &retry);
        self.send_flight();
    }

    fn send_server_flight(&mut self, message: &Message, hello: &body::ClientHello) {
        let suite = self.select_suite(hello);
        let crypto = self.crypto.clone();
        let psk = self.select_psk(message, hello);
        let offers_early_data = hello.extensions.find(ExtensionType::EARLY_DATA).is_some();
        let client_uses_both = hello.extensions.find(ExtensionType::CERT_WITH_EXTERN_PSK).is_some();
        self.with_certificates &= client_uses_both && psk.is_some();
        self.early_data &= offers_early_data && psk.is_some();
        self.schedule.get_or_insert_with(|| Schedule::new(&crypto, suite, Vec::new())).add(message);
        self.send_server_hello(hello, suite, psk.as_ref());
        let mut answers = body::EncryptedExtensions::default();
        if let Some((_, psk)) = psk.as_ref().filter(|_| self.early_data) {
            answers.extensions.push_raw(ExtensionType::EARLY_DATA, []);
            let suites = &hello.cipher_suites;
            let (_, secret) = early_traffic_secret(&self.crypto, psk, suites, &message.to_bytes());
            self.read_under(&secret);
        } else if offers_early_data {
            self.reader.skip_early_data(1 << 20);
        }
        self.send(step::EncryptedExtensions, Epoch::Handshake, &answers);
        if psk.is_none() || self.with_certificates {
            if self.requests_certificate {
                self.send_certificate_request();
            }
            let credential = self.credential.clone().expect("a credential");
            self.send_certificate(Some(&credential));
            self.send_certificate_verify(&credential);
        }
        self.send_finished();
        let schedule = self.schedule.as_mut().expect("a schedule");
        schedule.server_finished();
        let (_, server) = schedule.application.clone().expect("application secrets");
        self.application_keys = Some(Keys::new(&self.crypto, suite, &server));
        self.send_flight();
    }

    /// Our PSK with its place among those offered, if the client offers it; its binder verifies.
    fn select_psk(&self, message: &Message, hello: &body::ClientHello) -> Option<(u16, Psk)> {
        let (identity, psk) = self.psk.as_ref()?;
        let offered = hello.extensions.get::<OfferedPsks<'_>>()?;
        let index = offered.identities().position(|offered| offered.identity == identity)?;
        let whole = message.to_bytes();
        let truncated = &whole[..whole.len() - offered.truncated_len()];
        let before = self.schedule.as_ref().map_or(&[][..], Schedule::messages);
        let binder = psk_binder(&self.crypto, psk, &[before, truncated].concat());
        assert_eq!(offered.binders().nth(index), Some(&binder[..]), "the binder does not verify");
        Some((index as u16, psk.clone()))
    }

    fn send_server_hello(
        &mut self,
        hello: &body::ClientHello,
        suite: handfast::message::CipherSuite,
        psk: Option<&(u16, Psk)>,
    ) {
        let offered = hello.extensions.get::<KeyShareClientHello<'_>>().expect("shares");
        let share = offered.client_shares().find(|share| !share.group.is_grease()).expect("a share");
        let algorithm = share.group.key_exchange().expect("a group that we know");
        let exchange = self.crypto.key_exchange(algorithm).expect("a group that we know");
        let answered = exchange.respond(share.key_exchange, &mut Numbers);
        let (key_exchange, shared_secret) = answered.expect("a valid share");
        let mut extensions = Extensions::default();
        let server_share = KeyShareEntry { group: share.group, key_exchange: &key_exchange };
        extensions.push(ExtensionType::KEY_SHARE, &KeyShareServerHello { server_share });
        let version = SupportedVersionsServerHello { selected_version: ProtocolVersion::TLS13 };
        extensions.push(ExtensionType::SUPPORTED_VERSIONS, &version);
        if let Some((selected_identity, _)) = psk {
            let selected = SelectedPsk { selected_identity: *selected_identity };
            extensions.push(ExtensionType::PRE_SHARED_KEY, &selected);
        }
        if self.with_certificates {
            extensions.push(ExtensionType::CERT_WITH_EXTERN_PSK, &CertWithExternPsk);
        }
        let answer = body::ServerHello {
            legacy_version: ProtocolVersion::TLS12,
            random: [0x5e; 32],
            legacy_session_id_echo: hello.legacy_session_id.clone(),
            cipher_suite: suite,
            legacy_compression_method: 0,
            extensions,
        };
        self.send(step::ServerHello, Epoch::Initial, &answer);
        let schedule = self.schedule.as_mut().expect("a schedule");
        schedule.agree(&shared_secret, psk.map(|(_, psk)| psk));
        let (client, server) = schedule.handshake.clone().expect("handshake secrets");
        self.handshake_keys = Some(Keys::new(&self.crypto, suite, &server));
        self.read_under(&client);
        // A client that refuses ServerHello has no keys for its alert.
        self.reader.allow_unprotected_alert(true);
    }

    fn send_certificate_request(&mut self) {
        self.send(step::CertificateRequest, Epoch::Handshake, &self.certificate_request(&[]));
    }

    /// A CertificateRequest with the one extension that it must have.
    pub(super) fn certificate_request(&self, context: &[u8]) -> body::CertificateRequest {
        let schemes = self.signature_schemes();
        let schemes = SignatureSchemeList::from(schemes.as_slice());
        let mut request = body::CertificateRequest {
            certificate_request_context: context.to_vec(),
            ..body::CertificateRequest::default()
        };
        request.extensions.push(ExtensionType::SIGNATURE_ALGORITHMS, &schemes);
        request
    }

    fn hear_client_flight(&mut self) -> bool {
        let Some(message) = self.unheard.pop_front() else { return false };
        match message.msg_type {
            HandshakeType::END_OF_EARLY_DATA => {
                self.add(&message);
                let handshake = self.schedule.as_ref().and_then(|schedule| schedule.handshake.clone());
                self.read_under(&handshake.expect("handshake secrets").0);
            }
            HandshakeType::CERTIFICATE => self.hear_certificate(&message),
            HandshakeType::CERTIFICATE_VERIFY => self.hear_certificate_verify(&message),
            HandshakeType::FINISHED => {
                self.hear_finished(&message);
                let application = self.schedule.as_ref().and_then(|schedule| schedule.application.clone());
                self.read_under(&application.expect("application secrets").0);
                self.phase = Phase::Connected;
            }
            other => panic!("{other} in a client's flight"),
        }
        true
    }
}
