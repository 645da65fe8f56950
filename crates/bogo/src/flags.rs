//! The runner's flags. What is not in the table is not implemented, and the test is not run.

use base64ct::{Base64, Encoding};
use handfast::crypto::HashAlgorithm;
use handfast::handshake::CertificateType;
use handfast::{CipherSuite, NamedGroup, SignatureScheme};

use crate::failure::Failure;
use crate::options::{Options, Runs};

/// What a flag does to the options.
enum Effect {
    /// It stands alone.
    Set(fn(&mut Options)),
    /// A value follows; `None` if handfast has nothing for that value.
    Value(fn(&mut Options, &[u8]) -> Option<()>),
}
use Effect::{Set, Value};

/// Prefixes that confine a flag to some connections; a retry is what follows rejected early data.
const PREFIXES: [(&str, Confined); 5] = [
    ("-on-shim", Confined::Nowhere),
    ("-on-handshaker", Confined::Ignored),
    ("-on-initial", Confined::Initial),
    ("-on-resume", Confined::Resume),
    ("-on-retry", Confined::Retry),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Confined {
    Nowhere,
    Initial,
    Resume,
    Retry,
    Ignored,
}

/// Reads all flags.
pub(crate) fn parse(arguments: &[Vec<u8>]) -> Result<Runs, Failure> {
    let mut runs = Runs::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let argument = String::from_utf8_lossy(argument);
        let (name, confined) = split_prefix(&argument);
        let effect = FLAGS.iter().find(|(known, _)| *known == name).map(|(_, effect)| effect);
        let effect = effect.ok_or_else(|| Failure::Unimplemented(format!("flag {name}")))?;
        let value = match effect {
            Set(_) => None,
            Value(_) => Some(rest.next().ok_or_else(|| Failure::Check(format!("{name} wants a value")))?),
        };
        if confined == Confined::Ignored {
            continue;
        }
        for (options, own) in [
            (&mut runs.initial, Confined::Initial),
            (&mut runs.resume, Confined::Resume),
            (&mut runs.retry, Confined::Retry),
        ] {
            if confined == Confined::Nowhere || confined == own {
                apply(options, effect, name, value)?;
            }
        }
    }
    Ok(runs)
}

fn split_prefix(argument: &str) -> (&str, Confined) {
    let stripped = PREFIXES.iter().find_map(|(prefix, confined)| {
        argument.strip_prefix(prefix).filter(|name| name.starts_with('-')).map(|name| (name, *confined))
    });
    stripped.unwrap_or((argument, Confined::Nowhere))
}

fn apply(options: &mut Options, effect: &Effect, name: &str, value: Option<&Vec<u8>>) -> Result<(), Failure> {
    match (effect, value) {
        (Set(set), _) => set(options),
        (Value(take), Some(value)) => take(options, value)
            .ok_or_else(|| Failure::Unimplemented(format!("{name} {}", String::from_utf8_lossy(value))))?,
        (Value(_), None) => {}
    }
    Ok(())
}

fn number<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

fn text(value: &[u8]) -> Option<String> {
    String::from_utf8(value.to_vec()).ok()
}

fn base64(value: &[u8]) -> Option<Vec<u8>> {
    Base64::decode_vec(str::from_utf8(value).ok()?).ok()
}

/// Names of up to 255 bytes, each behind its length: the list of RFC 7301 without the length of the whole.
fn protocol_names(mut value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    while let Some((length, rest)) = value.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        names.push(name.to_vec());
        value = rest;
    }
    Some(names)
}

/// Distinguished names in DER, in hexadecimal, with commas between them.
fn names_in_hex(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    let value = str::from_utf8(value).ok()?;
    if value.is_empty() || value == "<EMPTY>" || value == "<NULL>" {
        return Some(Vec::new());
    }
    let digits = |name: &str| {
        let digits: Option<Vec<u8>> =
            name.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let pairs = |digits: Vec<u8>| {
            digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
        };
        digits.map(pairs)
    };
    value.split(',').map(digits).collect()
}

fn is_tls13(value: &[u8]) -> bool {
    number::<u16>(value) == Some(0x0304)
}

/// The flags in the groups of [`Options`]; those that do nothing say why.
const FLAGS: &[(&str, Effect)] = &[
    ("-port", Value(|o, v| number(v).map(|port| o.port = port))),
    ("-shim-id", Value(|o, v| number(v).map(|id| o.shim_id = id))),
    ("-ipv6", Set(|o| o.ipv6 = true)),
    ("-server", Set(|o| o.is_server = true)),
    ("-resume-count", Value(|o, v| number(v).map(|count| o.resume_count = count))),
    ("-resumption-delay", Value(|o, v| number(v).map(|seconds| o.resumption_delay = seconds))),
    ("-async", Set(|o| o.is_async = true)),
    // Only TLS 1.3 is spoken anyway.
    ("-no-tls1", Set(|_| {})),
    ("-no-tls11", Set(|_| {})),
    ("-no-tls12", Set(|_| {})),
    ("-min-version", Value(|_, v| (number::<u16>(v)? <= 0x0304).then_some(()))),
    ("-max-version", Value(|_, v| is_tls13(v).then_some(()))),
    ("-expect-version", Value(|_, v| is_tls13(v).then_some(()))),
    // Suites of TLS 1.2.
    ("-cipher", Value(|_, _| Some(()))),
    // Ways to call BoringSSL that are one here.
    ("-implicit-handshake", Set(|_| {})),
    ("-handshake-twice", Set(|_| {})),
    ("-no-op-extra-handshake", Set(|_| {})),
    ("-use-early-callback", Set(|_| {})),
    ("-use-old-client-cert-callback", Set(|_| {})),
    ("-install-ddos-callback", Set(|_| {})),
    ("-peek-then-read", Set(|_| {})),
    ("-handshaker-path", Value(|_, _| Some(()))),
    // TLS 1.3 has what they stand for.
    ("-expect-secure-renegotiation", Set(|_| {})),
    ("-expect-extended-master-secret", Set(|_| {})),
    // Every peer is judged by flag, not by path.
    ("-trust-cert", Value(|_, _| Some(()))),
    // A peer that was accepted has the result of its acceptance.
    ("-expect-verify-result", Set(|_| {})),
    ("-cert-file", Value(|o, v| text(v).map(|file| o.credential().cert_file = Some(file)))),
    ("-key-file", Value(|o, v| text(v).map(|file| o.credential().key_file = Some(file)))),
    (
        "-signing-prefs",
        Value(|o, v| number(v).map(|it| o.credential().signing_prefs.push(SignatureScheme(it)))),
    ),
    ("-ocsp-response", Value(|o, v| base64(v).map(|it| o.credential().ocsp_response = Some(it)))),
    ("-must-match-issuer", Set(|o| o.credential().must_match_issuer = true)),
    ("-new-x509-credential", Set(Options::new_credential)),
    ("-new-delegated-credential", Set(Options::new_credential)),
    (
        "-delegated-credential",
        Value(|o, v| base64(v).map(|it| o.credential().delegated_credential = Some(it))),
    ),
    (
        "-new-rpk-credential",
        Set(|o| {
            o.new_credential();
            o.credential().raw_public_key = true;
        }),
    ),
    (
        "-accepted-peer-cert-types",
        Value(|o, v| number(v).map(|it| o.accepted_peer_cert_types.push(CertificateType(it)))),
    ),
    (
        "-available-client-cert-types",
        Value(|o, v| number(v).map(|it| o.available_client_cert_types.push(CertificateType(it)))),
    ),
    (
        "-expect-peer-certificate-type",
        Value(|o, v| number(v).map(|it| o.expect_peer_certificate_type = Some(CertificateType(it)))),
    ),
    ("-expect-peer-rpk-sha256", Value(|o, v| base64(v).map(|it| o.expect_peer_rpk_sha256 = Some(it)))),
    (
        "-new-psk-credential",
        Set(|o| {
            o.new_credential();
            o.psk();
        }),
    ),
    ("-psk-importer-key", Value(|o, v| base64(v).map(|key| o.psk().key = key))),
    ("-psk-importer-identity", Value(|o, v| base64(v).map(|identity| o.psk().identity = identity))),
    ("-psk-importer-context", Value(|o, v| base64(v).map(|context| o.psk().context = context))),
    ("-psk-importer-sha256", Set(|o| o.psk().hash = Some(HashAlgorithm::Sha256))),
    ("-psk-importer-sha384", Set(|o| o.psk().hash = Some(HashAlgorithm::Sha384))),
    ("-curves", Value(|o, v| number(v).map(|group| o.curves.push(NamedGroup(group))))),
    (
        "-key-shares",
        Value(|o, v| number(v).map(|it| o.key_shares.get_or_insert_default().push(NamedGroup(it)))),
    ),
    ("-no-key-shares", Set(|o| o.key_shares = Some(Vec::new()))),
    (
        "-server-supported-groups-hint",
        Value(|o, v| number(v).map(|group| o.server_supported_groups_hint.push(NamedGroup(group)))),
    ),
    ("-tls13-ciphers", Value(|o, v| number(v).map(|suite| o.tls13_ciphers.push(CipherSuite(suite))))),
    ("-verify-prefs", Value(|o, v| number(v).map(|it| o.verify_prefs.push(SignatureScheme(it))))),
    ("-advertise-alpn", Value(|o, v| protocol_names(v).map(|names| o.advertise_alpn = names))),
    (
        "-select-alpn",
        Value(|o, v| {
            o.select_alpn = Some(v.to_vec()).filter(|name| !name.is_empty());
            Some(())
        }),
    ),
    ("-decline-alpn", Set(|o| o.decline_alpn = true)),
    ("-server-preference", Set(|o| o.server_preference = true)),
    ("-reject-alpn", Set(|o| o.reject_alpn = true)),
    ("-host-name", Value(|o, v| text(v).map(|name| o.host_name = Some(name)))),
    ("-require-any-client-certificate", Set(|o| o.require_any_client_certificate = true)),
    ("-verify-peer", Set(|o| o.verify_peer = true)),
    ("-verify-fail", Set(|o| o.verify_fail = true)),
    ("-use-custom-verify-callback", Set(|o| o.use_custom_verify_callback = true)),
    ("-reverify-on-resume", Set(|o| o.reverify_on_resume = true)),
    ("-enable-ocsp-stapling", Set(|o| o.enable_ocsp_stapling = true)),
    ("-use-ocsp-callback", Set(|o| o.use_ocsp_callback = true)),
    // Where the response is given makes no difference here.
    ("-set-ocsp-in-callback", Set(|_| {})),
    ("-decline-ocsp-callback", Set(|o| o.decline_ocsp_callback = true)),
    ("-fail-ocsp-callback", Set(|o| o.fail_ocsp_callback = true)),
    ("-enable-ech-grease", Set(|o| o.enable_ech_grease = true)),
    ("-ech-config-list", Value(|o, v| base64(v).map(|list| o.ech_config_list = Some(list)))),
    ("-reject-unusable-ech-config", Set(|o| o.reject_unusable_ech_config = true)),
    ("-ech-server-config", Value(|o, v| base64(v).map(|config| o.ech_server_configs.push(config)))),
    ("-ech-server-key", Value(|o, v| base64(v).map(|key| o.ech_server_keys.push(key)))),
    ("-ech-is-retry-config", Value(|o, v| number::<u8>(v).map(|it| o.ech_is_retry_config.push(it != 0)))),
    ("-enable-early-data", Set(|o| o.enable_early_data = true)),
    ("-expect-accept-early-data", Set(|o| o.expect_accept_early_data = true)),
    ("-expect-reject-early-data", Set(|o| o.expect_reject_early_data = true)),
    ("-expect-no-offer-early-data", Set(|o| o.expect_no_offer_early_data = true)),
    // The library tells whether early data was taken, and not why.
    (
        "-expect-early-data-reason",
        Value(|o, v| {
            o.expect_early_data_accepted = Some(v == b"accept");
            Some(())
        }),
    ),
    // Nor does it tell by how much a clock is off; that early data of such a client is rejected shows all the same.
    ("-expect-ticket-age-skew", Value(|_, _| Some(()))),
    ("-no-ticket", Set(|o| o.no_ticket = true)),
    ("-use-ticket-callback", Set(|o| o.use_ticket_aead_callback = true)),
    ("-use-ticket-aead-callback", Set(|o| o.use_ticket_aead_callback = true)),
    // A resumed connection gets new tickets as any other does.
    ("-renew-ticket", Set(|_| {})),
    ("-session-id-context", Value(|o, v| base64(v).map(|it| o.set_session_id_context(it)))),
    // Sessions are kept by ticket alone.
    ("-expect-no-session-id", Set(|_| {})),
    ("-skip-ticket", Set(|o| o.skip_ticket = true)),
    ("-use-client-ca-list", Value(|o, v| names_in_hex(v).map(|names| o.use_client_ca_list = names))),
    ("-enable-signed-cert-timestamps", Set(|o| o.enable_signed_cert_timestamps = true)),
    (
        "-signed-cert-timestamps",
        Value(|o, v| base64(v).map(|it| o.credential().signed_cert_timestamps = Some(it))),
    ),
    (
        "-expect-signed-cert-timestamps",
        Value(|o, v| base64(v).map(|it| o.expect_signed_cert_timestamps = Some(it))),
    ),
    ("-enable-grease", Set(|o| o.enable_grease = true)),
    ("-permute-extensions", Set(|o| o.permute_extensions = true)),
    ("-install-cert-compression-algs", Set(|o| o.install_cert_compression_algs = true)),
    (
        "-install-one-cert-compression-alg",
        Value(|o, v| number(v).map(|it| o.install_one_cert_compression_alg = Some(it))),
    ),
    ("-max-cert-list", Value(|o, v| number(v).map(|bytes| o.max_cert_list = Some(bytes)))),
    ("-fail-early-callback", Set(|o| o.fail_early_callback = true)),
    ("-fail-ddos-callback", Set(|o| o.fail_ddos_callback = true)),
    ("-fail-cert-callback", Set(|o| o.fail_cert_callback = true)),
    ("-fail-cert-callback-alert", Value(|o, v| number(v).map(|it| o.fail_cert_callback_alert = Some(it)))),
    ("-shim-writes-first", Set(|o| o.shim_writes_first = true)),
    (
        "-shim-initial-write",
        Value(|o, v| {
            o.shim_initial_write = Some(v.to_vec());
            Some(())
        }),
    ),
    ("-repeat-shim-initial-write", Value(|o, v| number(v).map(|it| o.repeat_shim_initial_write = Some(it)))),
    ("-read-with-unfinished-write", Set(|o| o.read_with_unfinished_write = true)),
    ("-shim-shuts-down", Set(|o| o.shim_shuts_down = true)),
    ("-check-close-notify", Set(|o| o.check_close_notify = true)),
    ("-send-alert", Set(|o| o.send_alert = true)),
    ("-key-update", Set(|o| o.key_update = true)),
    ("-key-update-before-read", Set(|o| o.key_update_before_read = true)),
    ("-write-different-record-sizes", Set(|o| o.write_different_record_sizes = true)),
    ("-max-send-fragment", Value(|o, v| number(v).map(|bytes| o.max_send_fragment = Some(bytes)))),
    ("-read-size", Value(|o, v| number(v).map(|bytes| o.read_size = Some(bytes)))),
    ("-export-keying-material", Value(|o, v| number(v).map(|bytes| o.export_keying_material = bytes))),
    ("-export-label", Value(|o, v| text(v).map(|label| o.export_label = label))),
    (
        "-export-context",
        Value(|o, v| {
            o.export_context = v.to_vec();
            Some(())
        }),
    ),
    // An absent context and an empty one are the same in TLS 1.3 (RFC 9846 §7.5).
    ("-use-export-context", Set(|_| {})),
    ("-export-traffic-secrets", Set(|o| o.export_traffic_secrets = true)),
    ("-use-exporter-between-reads", Set(|o| o.use_exporter_between_reads = true)),
    (
        "-expect-advertised-alpn",
        Value(|o, v| {
            o.expect_advertised_alpn = Some(protocol_names(v)?);
            Some(())
        }),
    ),
    (
        "-expect-alpn",
        Value(|o, v| {
            o.expect_alpn = Some(v.to_vec()).filter(|name| !name.is_empty());
            Some(())
        }),
    ),
    ("-expect-server-name", Value(|o, v| text(v).map(|name| o.expect_server_name = Some(name)))),
    ("-expect-no-server-name", Set(|o| o.expect_no_server_name = true)),
    ("-expect-session-miss", Set(|o| o.expect_session_miss = true)),
    ("-expect-no-session", Set(|o| o.expect_no_session = true)),
    ("-expect-ticket-supports-early-data", Set(|o| o.expect_ticket_supports_early_data = true)),
    ("-expect-ech-accept", Set(|o| o.expect_ech_accept = true)),
    ("-expect-ech-name-override", Value(|o, v| text(v).map(|name| o.expect_ech_name_override = Some(name)))),
    ("-expect-no-ech-name-override", Set(|o| o.expect_no_ech_name_override = true)),
    (
        "-expect-ech-retry-configs",
        Value(|o, v| base64(v).map(|list| o.expect_ech_retry_configs = Some(list))),
    ),
    ("-expect-no-ech-retry-configs", Set(|o| o.expect_ech_retry_configs = Some(Vec::new()))),
    ("-expect-hrr", Set(|o| o.expect_hrr = true)),
    ("-expect-no-hrr", Set(|o| o.expect_no_hrr = true)),
    ("-expect-curve-id", Value(|o, v| number(v).map(|group| o.expect_curve_id = Some(NamedGroup(group))))),
    ("-expect-cipher", Value(|o, v| number(v).map(|suite| o.expect_cipher = Some(CipherSuite(suite))))),
    // Every machine that runs the tests is taken to have AES in hardware, as the default order of suites does.
    ("-expect-cipher-aes", Value(|o, v| number(v).map(|suite| o.expect_cipher = Some(CipherSuite(suite))))),
    ("-expect-cipher-no-aes", Value(|_, _| Some(()))),
    (
        "-expect-peer-signature-algorithm",
        Value(|o, v| number(v).map(|it| o.expect_peer_signature_algorithm = Some(SignatureScheme(it)))),
    ),
    (
        "-expect-peer-verify-pref",
        Value(|o, v| number(v).map(|it| o.expect_peer_verify_prefs.push(SignatureScheme(it)))),
    ),
    ("-expect-peer-cert-file", Value(|o, v| text(v).map(|file| o.expect_peer_cert_file = Some(file)))),
    ("-expect-no-peer-cert", Set(|o| o.expect_no_peer_cert = true)),
    (
        "-expect-selected-credential",
        Value(|o, v| number(v).map(|it| o.expect_selected_credential = Some(it))),
    ),
    ("-expect-ocsp-response", Value(|o, v| base64(v).map(|it| o.expect_ocsp_response = Some(it)))),
    (
        "-expect-client-ca-list",
        Value(|o, v| names_in_hex(v).map(|names| o.expect_client_ca_list = Some(names))),
    ),
];
