//! Encrypted Client Hello (RFC 9849) done wrong: each alert that the RFC names.

use std::sync::Arc;

use handfast::alert::AlertDescription;
use handfast::crypto::hpke::{
    HpkeAeadId, HpkeKdfId, HpkeKemId, HpkeSymmetricCipherSuite, SenderContext, setup_base_s,
};
use handfast::crypto::{
    self, CryptoError, CryptoProvider, Entropy, EntropySource, KeyExchangeAlgorithm, Purpose,
};
use handfast::danger::{self, ScriptedMessage};
use handfast::handshake::{
    ClientAuth, Config, EchConfigList, EchKey, EchStatus, Epoch, ExtensionSlot, Fault, Handshake,
    KnownServer, PeerFault,
};
use handfast::identity::ExpectedPeer;
use handfast::message::{
    ClientHello, EchClientHello, EchClientHelloOuter, ExtensionList, ExtensionType, HandshakeType,
    NamedGroup, OuterExtensions, ProtocolVersion, RawExtension, ServerNameList, SupportedVersionsClientHello,
    encode_handshake,
};
use handfast::resumption::{Psk, PskOffer};
use handfast::wire::{Decode, Encode};

use crate::handshake_ends::{self, End, NOW, credential};

const ECH: ExtensionType = ExtensionType::ENCRYPTED_CLIENT_HELLO;
const OUTER_EXTENSIONS: ExtensionType = ExtensionType::ECH_OUTER_EXTENSIONS;
const SUITE: HpkeSymmetricCipherSuite =
    HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id: HpkeAeadId::AES_128_GCM };
const OTHER_SUITE: HpkeSymmetricCipherSuite =
    HpkeSymmetricCipherSuite { kdf_id: HpkeKdfId::HKDF_SHA256, aead_id: HpkeAeadId::AES_256_GCM };
const CONFIG_ID: u8 = 42;

fn crypto() -> CryptoProvider {
    crypto::ring::provider()
}

fn key(bytes: u8) -> EchKey {
    let private_key = crypto().load_static_key(KeyExchangeAlgorithm::X25519, &[bytes; 32]).unwrap();
    EchKey::publish(CONFIG_ID, "public.test", 0, private_key).unwrap()
}

fn config(groups: &[NamedGroup]) -> Config {
    let mut config = Config::new(crypto());
    config.groups = groups.to_vec();
    config.client_auth = ClientAuth::None;
    config
}

fn server_config(keys: Vec<EchKey>) -> Config {
    let mut config = config(&[NamedGroup::X25519]);
    config.ech_keys = keys;
    config
}

fn server(config: Config) -> End {
    let (credential, public_key) = credential();
    End::new(
        Handshake::server(Arc::new(config), vec![], Entropy::from_platform([2; 32])),
        credential,
        public_key,
    )
}

/// ring draws by itself.
struct NoEntropy;

impl EntropySource for NoEntropy {
    fn draw(&mut self, _: Purpose, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

/// A client whose ClientHellos are put together here.
struct Client {
    context: SenderContext,
    enc: Vec<u8>,
    /// A ClientHello of the library, without its header.
    template: Vec<u8>,
}

impl Client {
    /// One with shares of these groups.
    fn new(shares: &[NamedGroup]) -> Self {
        let key = key(7);
        let info = [b"tls ech\0".as_slice(), key.config()].concat();
        let public_key = crypto().load_static_key(KeyExchangeAlgorithm::X25519, &[7; 32]).unwrap();
        let kem_id = HpkeKemId::DHKEM_X25519_HKDF_SHA256;
        let (enc, context) =
            setup_base_s(&crypto(), kem_id, SUITE, public_key.public_key(), &info, &mut NoEntropy).unwrap();
        Self { context, enc, template: template(shares) }
    }

    fn extensions(&self) -> Vec<(ExtensionType, Vec<u8>)> {
        let message = ClientHello::decode(&self.template).unwrap();
        let owned = |it: RawExtension<'_>| (it.extension_type, it.extension_data.to_vec());
        message.extensions.iter().map(owned).collect()
    }

    fn hello(&self, session_id: &[u8], extensions: &[(ExtensionType, Vec<u8>)]) -> Vec<u8> {
        let mut list = ExtensionList::new();
        extensions.iter().for_each(|(extension_type, body)| list.push_raw(*extension_type, body));
        let template = ClientHello::decode(&self.template).unwrap();
        let extensions = list.as_extensions();
        ClientHello { legacy_session_id: session_id, extensions, ..template }.to_bytes()
    }

    /// The extensions of a ClientHelloInner.
    fn inner(&self) -> Vec<(ExtensionType, Vec<u8>)> {
        let mut extensions = self.extensions();
        extensions.push((ECH, vec![1]));
        extensions
    }

    /// EncodedClientHelloInner with these extensions.
    fn encoded(&self, extensions: &[(ExtensionType, Vec<u8>)]) -> Vec<u8> {
        let mut encoded = self.hello(&[], extensions);
        encoded.extend([0; 7]);
        encoded
    }

    /// ClientHelloOuter around this, header included; `change` may change what it says.
    fn outer(&mut self, encoded: &[u8], change: impl FnOnce(&mut EchClientHelloOuter<'_>)) -> Vec<u8> {
        let session_id = ClientHello::decode(&self.template).unwrap().legacy_session_id.to_vec();
        let payload = vec![0; encoded.len() + 16];
        let enc = core::mem::take(&mut self.enc);
        let mut ech =
            EchClientHelloOuter { cipher_suite: SUITE, config_id: CONFIG_ID, enc: &enc, payload: &payload };
        change(&mut ech);
        let mut extensions = self.extensions();
        extensions[0] = (ExtensionType::SERVER_NAME, ServerNameList::host_name("public.test").to_bytes());
        extensions.push((ECH, EchClientHello::Outer(ech).to_bytes()));
        let mut hello = self.hello(&session_id, &extensions);
        let payload = self.context.seal(&hello, encoded).unwrap();
        let at = hello.len() - payload.len();
        hello[at..].copy_from_slice(&payload);
        framed(&hello)
    }
}

fn framed(hello: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_handshake(HandshakeType::CLIENT_HELLO, &mut bytes, |out| out.bytes(hello));
    bytes
}

/// What a client of the library sends first.
fn template(shares: &[NamedGroup]) -> Vec<u8> {
    let mut config = config(&[NamedGroup::X25519, NamedGroup::SECP256R1]);
    config.key_share_groups = Some(shares.to_vec());
    let expected = Arc::new(ExpectedPeer::dns("secret.test").unwrap());
    let client = Handshake::client(Arc::new(config), expected, vec![], Entropy::from_platform([1; 32]));
    client.owed().unwrap().1[4..].to_vec()
}

/// The fault that a server with the key finds with this, or none.
fn fault_to(hello: &[u8]) -> Option<Fault> {
    let mut server = server(server_config(vec![key(7)]));
    server.machine.receive(Epoch::Initial, hello);
    server.work().err()
}

/// Its alert.
fn alert_to(hello: &[u8]) -> Option<AlertDescription> {
    fault_to(hello).map(|fault| fault.alert())
}

/// The same for what is encrypted.
fn alert_to_inner(encoded: impl FnOnce(&Client) -> Vec<u8>) -> Option<AlertDescription> {
    let mut client = Client::new(&[NamedGroup::X25519]);
    let encoded = encoded(&client);
    alert_to(&client.outer(&encoded, |_| ()))
}

#[test]
fn a_client_hello_that_was_put_together_here_is_accepted() {
    assert_eq!(alert_to_inner(|client| client.encoded(&client.inner())), None);
    let compressed = |client: &Client| {
        let mut inner = client.inner();
        let types = [ExtensionType::SUPPORTED_GROUPS, ExtensionType::KEY_SHARE];
        inner.retain(|(extension_type, _)| !types.contains(extension_type));
        let list = OuterExtensions { extension_types: types.as_slice().into() };
        inner.push((OUTER_EXTENSIONS, list.to_bytes()));
        client.encoded(&inner)
    };
    assert_eq!(alert_to_inner(compressed), None);
}

//= R9849-5.1-6 test
//= R9849-5.1-1 test
#[test]
fn padding_that_is_not_zero_is_illegal_parameter() {
    let damaged = |at: usize| {
        move |client: &Client| {
            let mut encoded = client.encoded(&client.inner());
            let place = encoded.len() - 1 - at;
            encoded[place] = 1;
            encoded
        }
    };
    for at in [0, 6] {
        assert_eq!(alert_to_inner(damaged(at)), Some(AlertDescription::ILLEGAL_PARAMETER));
    }
}

#[test]
fn a_session_id_inside_is_illegal_parameter() {
    let with_session_id = |client: &Client| client.hello(&[7; 32], &client.inner());
    assert_eq!(alert_to_inner(with_session_id), Some(AlertDescription::ILLEGAL_PARAMETER));
}

//= R9849-7.1-5 test
#[test]
fn a_client_hello_inside_that_does_not_say_so_is_illegal_parameter() {
    let with = |body: Option<&'static [u8]>| {
        alert_to_inner(move |client| {
            let mut extensions = client.extensions();
            extensions.extend(body.map(|body| (ECH, body.to_vec())));
            client.encoded(&extensions)
        })
    };
    let outer = [0, 0, 1, 0, 1, CONFIG_ID, 0, 0, 0, 1, 9];
    assert_eq!(with(None), Some(AlertDescription::ILLEGAL_PARAMETER));
    assert_eq!(with(Some(&[2])), Some(AlertDescription::ILLEGAL_PARAMETER));
    assert_eq!(with(Some(&[1, 0])), Some(AlertDescription::ILLEGAL_PARAMETER));
    assert_eq!(with(Some(&[])), Some(AlertDescription::ILLEGAL_PARAMETER));
    assert_eq!(with(Some(Box::leak(Box::new(outer)))), Some(AlertDescription::ILLEGAL_PARAMETER));
}

//= R9849-7.1-5 test
#[test]
fn an_older_version_inside_is_illegal_parameter() {
    let offering = |versions: &'static [ProtocolVersion]| {
        alert_to_inner(move |client| {
            let mut inner = client.inner();
            let body = SupportedVersionsClientHello::from(versions).to_bytes();
            let place = inner.iter_mut().find(|(it, _)| *it == ExtensionType::SUPPORTED_VERSIONS).unwrap();
            place.1 = body;
            client.encoded(&inner)
        })
    };
    let (tls13, tls12) = (ProtocolVersion::TLS13, ProtocolVersion::TLS12);
    let illegal = Some(AlertDescription::ILLEGAL_PARAMETER);
    assert_eq!(offering(Box::leak(Box::new([tls13, tls12]))), illegal);
    assert_eq!(offering(Box::leak(Box::new([tls12]))), illegal);
    assert_eq!(offering(Box::leak(Box::new([ProtocolVersion(0x0a0a), tls13]))), None);
    let without = alert_to_inner(|client| {
        let mut inner = client.inner();
        inner.retain(|(it, _)| *it != ExtensionType::SUPPORTED_VERSIONS);
        client.encoded(&inner)
    });
    assert_eq!(without, illegal);
}

//= R9849-5.1-7 test
//= R9849-5.1-8 test
#[test]
fn references_that_find_nothing_are_illegal_parameter() {
    let referring = |types: &'static [ExtensionType]| {
        alert_to_inner(move |client| {
            let mut inner = client.inner();
            inner.retain(|(it, _)| !types.contains(it) || *it == ECH);
            let list = OuterExtensions { extension_types: types.into() };
            inner.push((OUTER_EXTENSIONS, list.to_bytes()));
            client.encoded(&inner)
        })
    };
    let illegal = Some(AlertDescription::ILLEGAL_PARAMETER);
    assert_eq!(referring(&[ExtensionType(0x4242)]), illegal, "missing");
    assert_eq!(referring(&[ECH]), illegal, "itself");
    assert_eq!(referring(&[OUTER_EXTENSIONS]), illegal, "never outside");
    assert_eq!(referring(&[ExtensionType::KEY_SHARE, ExtensionType::KEY_SHARE]), illegal, "twice");
    assert_eq!(referring(&[ExtensionType::KEY_SHARE, ExtensionType::SUPPORTED_GROUPS]), illegal, "order");
    let twice = alert_to_inner(|client| {
        let mut inner = client.inner();
        inner.push((OUTER_EXTENSIONS, vec![2, 0, 10]));
        inner.push((OUTER_EXTENSIONS, vec![2, 0, 51]));
        client.encoded(&inner)
    });
    assert_eq!(twice, illegal);
    for malformed in [vec![], vec![0], vec![1, 0], vec![2, 0, 10, 0]] {
        let alert = alert_to_inner(|client| {
            let mut inner = client.inner();
            inner.push((OUTER_EXTENSIONS, malformed));
            client.encoded(&inner)
        });
        assert_eq!(alert, Some(AlertDescription::DECODE_ERROR));
    }
}

#[test]
fn a_client_hello_inside_that_is_cut_is_decode_error() {
    for length in [0, 1, 33, 40, 60] {
        let alert = alert_to_inner(|client| client.encoded(&client.inner())[..length].to_vec());
        assert_eq!(alert, Some(AlertDescription::DECODE_ERROR), "{length}");
    }
}

//= R9849-7-3 test
//= R9849-7-4 test
#[test]
fn what_does_not_come_from_the_network_is_illegal_parameter() {
    let client = Client::new(&[NamedGroup::X25519]);
    let with = |body: &[u8]| {
        let mut extensions = client.extensions();
        extensions.push((ECH, body.to_vec()));
        framed(&client.hello(&[], &extensions))
    };
    let illegal = Some(AlertDescription::ILLEGAL_PARAMETER);
    assert!(matches!(fault_to(&with(&[1])), Some(Fault::Peer(PeerFault::EncryptedClientHello { .. }))));
    assert_eq!(alert_to(&with(&[1])), illegal, "inner");
    assert_eq!(alert_to(&with(&[2])), illegal, "no type");
    for malformed in [&[][..], &[0], &[1, 0], &[0, 0, 1, 0, 1, 42, 0, 0, 0, 0]] {
        assert_eq!(alert_to(&with(malformed)), Some(AlertDescription::DECODE_ERROR), "{malformed:?}");
    }
    // What is under no key of ours is looked at no further.
    assert_eq!(alert_to(&with(&[0, 0, 1, 0, 1, 42, 0, 0, 0, 1, 9])), None);
}

/// The alert of a server that has accepted and wants another group, to the second ClientHello.
fn alert_to_second(
    change: impl FnOnce(&mut EchClientHelloOuter<'_>),
    damage: impl FnOnce(&mut Vec<u8>),
) -> Option<AlertDescription> {
    let mut client = Client::new(&[NamedGroup::SECP256R1]);
    let mut server = server(server_config(vec![key(7)]));
    let first = client.outer(&client.encoded(&client.inner()), |_| ());
    server.machine.receive(Epoch::Initial, &first);
    server.work().unwrap();
    let length = server.machine.owed().expect("a HelloRetryRequest").1.len();
    server.machine.sent(length);
    let session_and_random = client.template[..67].to_vec();
    client.template = template(&[NamedGroup::X25519]);
    client.template[..67].copy_from_slice(&session_and_random);
    let mut second = client.outer(&client.encoded(&client.inner()), change);
    damage(&mut second);
    server.machine.receive(Epoch::Initial, &second);
    let fault = server.work().err();
    let not_opened = Fault::Peer(PeerFault::EncryptedClientHelloNotOpened);
    let alert = fault.as_ref().map(Fault::alert);
    assert_eq!(fault == Some(not_opened), alert == Some(AlertDescription::DECRYPT_ERROR));
    alert
}

#[test]
fn the_second_client_hello_is_opened_under_the_context_of_the_first() {
    assert_eq!(alert_to_second(|_| (), |_| ()), None);
}

//= R9849-7.1.1-2 test
#[test]
fn a_second_client_hello_with_another_config_suite_or_enc_is_illegal_parameter() {
    let illegal = Some(AlertDescription::ILLEGAL_PARAMETER);
    assert_eq!(alert_to_second(|ech| ech.config_id = 1, |_| ()), illegal);
    assert_eq!(alert_to_second(|ech| ech.cipher_suite = OTHER_SUITE, |_| ()), illegal);
    assert_eq!(alert_to_second(|ech| ech.enc = &[9; 32], |_| ()), illegal);
}

//= R9849-7.1.1-3 test
#[test]
fn a_second_client_hello_that_does_not_open_is_decrypt_error() {
    let damage = |hello: &mut Vec<u8>| *hello.last_mut().unwrap() ^= 1;
    assert_eq!(alert_to_second(|_| (), damage), Some(AlertDescription::DECRYPT_ERROR));
    let damage = |hello: &mut Vec<u8>| hello[7] ^= 1;
    assert_eq!(alert_to_second(|_| (), damage), Some(AlertDescription::DECRYPT_ERROR));
}

//= R9849-7.1.1-1 test
#[test]
fn a_second_client_hello_without_it_is_missing_extension() {
    let without = |hello: &mut Vec<u8>| *hello = framed(&template(&[NamedGroup::X25519]));
    assert_eq!(alert_to_second(|_| (), without), Some(AlertDescription::MISSING_EXTENSION));
}

/// The fault that a client finds with a server.
fn fault_of_client(client: Config, list: Option<EchConfigList>, server_config: Config) -> Fault {
    fault_with(client, list, vec![], server_config, |_, _| ())
}

/// The same; `change` may change what the server sends in the clear, a chunk at a time, by its number.
fn fault_with(
    client: Config,
    list: Option<EchConfigList>,
    psks: Vec<PskOffer>,
    server_config: Config,
    change: impl Fn(usize, &mut Vec<u8>),
) -> Fault {
    let expected = Arc::new(ExpectedPeer::dns("secret.test").unwrap());
    let entropy = Entropy::from_platform([1; 32]);
    let machine = Handshake::client_of(
        Arc::new(client),
        expected,
        vec![],
        KnownServer { psks, ech: list, ..KnownServer::default() },
        NOW,
        entropy,
    );
    let mut server = server(server_config);
    let (credential, _) = credential();
    let mut client = End::new(machine, credential, server.peer_key.clone());
    let mut chunk = 0;
    loop {
        if client.carry(&mut server).is_err() {
            panic!("the server refuses");
        }
        server.work().unwrap();
        let mut carried = 0;
        while let Some((epoch, bytes)) = server.machine.owed() {
            let mut bytes = bytes.to_vec();
            let count = bytes.len();
            change(chunk, &mut bytes);
            chunk += 1;
            client.machine.receive(epoch, &bytes);
            server.machine.sent(count);
            carried += count;
            if let Err(fault) = client.work() {
                return fault;
            }
        }
        assert!(carried > 0, "the client refuses nothing: {:?}", client.connected);
    }
}

fn client_config() -> Config {
    config(&[NamedGroup::X25519, NamedGroup::SECP256R1])
}

fn offer(key: &EchKey) -> Option<EchConfigList> {
    Some(EchKey::config_list([key]))
}

/// A server that sends this in its EncryptedExtensions.
fn with_encrypted_extension(mut config: Config, body: &[u8]) -> Config {
    let slots = vec![ExtensionSlot::Raw(ECH, body.to_vec())];
    danger::script_extensions(&mut config, ScriptedMessage::EncryptedExtensions, slots);
    config
}

//= R9849-5-4 test
#[test]
fn retry_configs_of_a_server_that_accepts_are_unsupported_extension() {
    let retry = EchKey::config_list([&key(8)]);
    let server = with_encrypted_extension(server_config(vec![key(7)]), retry.as_bytes());
    let fault = fault_of_client(client_config(), offer(&key(7)), server);
    assert_eq!(fault.alert(), AlertDescription::UNSUPPORTED_EXTENSION);
}

//= R9849-6.1.6-4 test
//= R9849-6.2.1-3 test
#[test]
fn malformed_retry_configs_are_decode_error_to_offer_and_grease_alike() {
    for body in [&[][..], &[0, 0], &[0, 4, 0xfe, 0x0d, 0, 0], &[0, 4, 0xfe, 0x0a, 0, 1]] {
        let server = || with_encrypted_extension(server_config(vec![]), body);
        let offered = fault_of_client(client_config(), offer(&key(7)), server());
        let mut grease = client_config();
        grease.ech_grease = true;
        let greased = fault_of_client(grease, None, server());
        for fault in [offered, greased] {
            assert_eq!(fault.alert(), AlertDescription::DECODE_ERROR, "{body:?}: {fault}");
        }
    }
}

//= R9849-6.1.6-6 test
#[test]
fn retry_configs_of_no_version_of_ours_disable_securely() {
    let server = with_encrypted_extension(server_config(vec![]), &[0, 4, 0xfe, 0x0a, 0, 0]);
    let fault = fault_of_client(client_config(), offer(&key(7)), server);
    assert_eq!(fault, Fault::EchRejected { retry_configs: None });
    assert_eq!(fault.alert(), AlertDescription::ECH_REQUIRED);
}

/// A server that wants another group, and says this in its HelloRetryRequest.
fn retrying(mut config: Config, body: Option<&[u8]>) -> Config {
    config.groups = vec![NamedGroup::SECP256R1];
    let mut slots: Vec<_> =
        [ExtensionType::SUPPORTED_VERSIONS, ExtensionType::KEY_SHARE].map(ExtensionSlot::Built).into();
    slots.extend(body.map(|body| ExtensionSlot::Raw(ECH, body.to_vec())));
    danger::script_extensions(&mut config, ScriptedMessage::HelloRetryRequest, slots);
    config
}

//= R9849-6.1.4-1 test
#[test]
fn a_confirmation_in_hello_retry_request_has_eight_bytes() {
    for body in [&[7; 7][..], &[9; 9]] {
        let fault =
            fault_of_client(client_config(), offer(&key(7)), retrying(server_config(vec![]), Some(body)));
        assert_eq!(fault.alert(), AlertDescription::DECODE_ERROR);
        let mut grease = client_config();
        grease.ech_grease = true;
        let fault = fault_of_client(grease, None, retrying(server_config(vec![]), Some(body)));
        assert_eq!(fault.alert(), AlertDescription::DECODE_ERROR);
    }
    let fault = fault_of_client(client_config(), None, retrying(server_config(vec![]), Some(&[8; 8])));
    assert_eq!(fault.alert(), AlertDescription::UNSUPPORTED_EXTENSION);
}

#[test]
fn a_confirmation_in_hello_retry_request_that_is_none_rejects() {
    let server = || server_config(vec![key(8)]);
    let told = Fault::EchRejected { retry_configs: offer(&key(8)) };
    for body in [None, Some(&[8; 8][..])] {
        let fault = fault_of_client(client_config(), offer(&key(7)), retrying(server(), body));
        assert_eq!(fault, told);
    }
}

//= R9849-6.1.5-4 test
#[test]
fn a_server_hello_that_does_not_confirm_again_is_illegal_parameter() {
    let mut server = server_config(vec![key(7)]);
    server.groups = vec![NamedGroup::SECP256R1];
    let behind_the_retry = |chunk: usize, bytes: &mut Vec<u8>| {
        if chunk == 1 {
            bytes[4 + 2 + 31] ^= 1;
        }
    };
    let fault = fault_with(client_config(), offer(&key(7)), vec![], server, behind_the_retry);
    assert_eq!(fault.alert(), AlertDescription::ILLEGAL_PARAMETER);
    assert!(fault.to_string().contains("§6.1.5"), "{fault}");
}

//= R9849-6.1.2-2 test
#[test]
fn a_psk_selected_outside_is_illegal_parameter() {
    let psk = Psk::external(&[5; 32], handfast::crypto::HashAlgorithm::Sha256);
    let psks = vec![PskOffer::external(b"shared".to_vec(), psk)];
    let mut server = server_config(vec![]);
    let mut slots: Vec<_> =
        [ExtensionType::SUPPORTED_VERSIONS, ExtensionType::KEY_SHARE].map(ExtensionSlot::Built).into();
    slots.push(ExtensionSlot::Raw(ExtensionType::PRE_SHARED_KEY, vec![0, 0]));
    danger::script_extensions(&mut server, ScriptedMessage::ServerHello, slots);
    let fault = fault_with(client_config(), offer(&key(7)), psks, server, |_, _| ());
    assert_eq!(fault.alert(), AlertDescription::ILLEGAL_PARAMETER);
}

//= R9849-5.1-3 test
//= R9849-5.1-5 test
//= R9849-6.1-5 test
#[test]
fn a_client_of_ours_is_accepted_by_the_server_of_these_tests() {
    let expected = Arc::new(ExpectedPeer::dns("secret.test").unwrap());
    let entropy = Entropy::from_platform([1; 32]);
    let config = Arc::new(client_config());
    let list = offer(&key(7));
    let machine = Handshake::client_of(
        config,
        expected,
        vec![],
        KnownServer { ech: list, ..KnownServer::default() },
        NOW,
        entropy,
    );
    let mut server = server(server_config(vec![key(7)]));
    let (credential, _) = credential();
    let mut client = End::new(machine, credential, server.peer_key.clone());
    handshake_ends::connect(&mut client, &mut server);
    let status = |end: &End| end.connected.as_ref().unwrap().encrypted_client_hello;
    assert_eq!((status(&client), status(&server)), (EchStatus::Accepted, EchStatus::Accepted));
}
