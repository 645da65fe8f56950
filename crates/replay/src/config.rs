//! A config in lines: what the handshake goes by. Whom to trust and what to show are asked, and the answers recorded.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use handfast::connection::{Credentials, PaddingPolicy};
use handfast::crypto::{CryptoError, CryptoProvider, KeyExchangeAlgorithm, SharedSecret, StaticKey};
use handfast::handshake::certificate_compression::{self, CertificateCompression};
use handfast::handshake::{
    self, AnsweredIn, CertWithExternPsk, CertificateCompressionAlgorithm, CertificateType,
    ClientTicketRequest, EchKey, ExtensionType, ForeignExtension, GroupChoice, Limits, PskKeyExchangeMode,
};
use handfast::{CipherSuite, ClientAuth, Config, ConfigBuilder, NamedGroup, SignatureScheme, Trust, danger};

use crate::line::{Line, Reason, bytes, hex, list, number, option};

/// One setting: its name in the record, how it is written, how it is read.
struct Setting {
    name: &'static str,
    write: fn(&ConfigBuilder) -> String,
    read: fn(&mut ConfigBuilder, &mut Line<'_>) -> Result<(), Reason>,
}

/// The setting of a field that is written by one function and read by another.
macro_rules! setting {
    ($($place:ident).+, $write:expr, $read:expr) => {
        Setting {
            name: last!($($place).+),
            write: |config| $write(&config.$($place).+),
            read: |config, line| {
                config.$($place).+ = $read(line)?;
                Ok(())
            },
        }
    };
}

/// The last name of a path of fields.
macro_rules! last {
    ($first:ident.$($rest:ident).+) => { last!($($rest).+) };
    ($last:ident) => { stringify!($last) };
}

/// A list of code points in four hexadecimal digits.
macro_rules! code_points {
    ($($place:ident).+, $kind:ident) => {
        setting!(
            $($place).+,
            |points: &[$kind]| list(points.iter().map(|point| format!("{:04x}", point.0))),
            |line: &mut Line<'_>| line.list(|word| code_point(word).map($kind))
        )
    };
}

/// A list of certificate types, by their numbers.
macro_rules! certificate_types {
    ($($place:ident).+) => {
        setting!(
            $($place).+,
            |types: &[CertificateType]| list(types.iter().map(|it| it.0)),
            |line: &mut Line<'_>| line.list(|word| number(word).map(CertificateType))
        )
    };
}

/// One of a few words.
macro_rules! one_of {
    ($($place:ident).+, $kind:ident { $($variant:ident = $word:literal),+ }) => {
        setting!(
            $($place).+,
            |value: &$kind| match value { $($kind::$variant => $word,)+ }.to_owned(),
            |line: &mut Line<'_>| match line.word() {
                $($word => Ok($kind::$variant),)+
                other => Err(format!("{other:?} is none of {:?}", [$($word),+])),
            }
        )
    };
}

/// What shows itself and is parsed again.
macro_rules! plain {
    ($($place:ident).+) => {
        setting!($($place).+, ToString::to_string, |line: &mut Line<'_>| line.number())
    };
}

const SETTINGS: &[Setting] = &[
    code_points!(handshake.cipher_suites, CipherSuite),
    code_points!(handshake.groups, NamedGroup),
    setting!(handshake.key_share_groups, write_key_share_groups, read_key_share_groups),
    one_of!(handshake.group_choice, GroupChoice {
        SaveRoundTrip = "save_round_trip",
        OurPreference = "our_preference",
        ClientPreference = "client_preference"
    }),
    code_points!(handshake.signature_schemes, SignatureScheme),
    code_points!(handshake.signature_schemes_cert, SignatureScheme),
    code_points!(handshake.delegated_credential_schemes, SignatureScheme),
    certificate_types!(handshake.accepted_certificate_types),
    certificate_types!(handshake.shown_certificate_types),
    setting!(handshake.application_protocols, byte_strings, read_byte_strings),
    one_of!(handshake.client_auth, ClientAuth {
        None = "none",
        Optional = "optional",
        Required = "required"
    }),
    plain!(handshake.post_handshake_auth),
    one_of!(handshake.post_handshake_client_auth, ClientAuth {
        None = "none",
        Optional = "optional",
        Required = "required"
    }),
    setting!(handshake.certificate_authorities, byte_strings, read_byte_strings),
    setting!(
        handshake.oid_filters,
        |filters: &[(Vec<u8>, Vec<u8>)]| list(filters.iter().map(|(oid, values)| format!(
            "{}:{}",
            hex(oid),
            hex(values)
        ))),
        |line: &mut Line<'_>| line.list(|word| {
            let (oid, values) = word.split_once(':').ok_or_else(|| format!("{word:?} is no filter"))?;
            Ok((bytes(oid)?, bytes(values)?))
        })
    ),
    setting!(handshake.record_size_limit, |limit: &Option<u16>| option(*limit), |line: &mut Line<'_>| line
        .option(number)),
    plain!(handshake.middlebox_compatibility),
    plain!(handshake.require_server_name),
    plain!(handshake.ask_client_hello),
    plain!(handshake.hello_retry_cookie),
    plain!(handshake.request_ocsp),
    plain!(handshake.request_timestamps),
    plain!(handshake.accept_tickets),
    plain!(handshake.early_data),
    plain!(handshake.max_early_data_size),
    setting!(
        handshake.psk_key_exchange_modes,
        |modes: &[PskKeyExchangeMode]| list(modes.iter().map(|mode| mode.0)),
        |line: &mut Line<'_>| line.list(|word| number(word).map(PskKeyExchangeMode))
    ),
    one_of!(handshake.cert_with_extern_psk, CertWithExternPsk {
        Never = "never",
        Offered = "offered",
        Required = "required"
    }),
    plain!(handshake.find_psks),
    plain!(handshake.probe_acceptance),
    setting!(handshake.ticket_request, write_ticket_request, read_ticket_request),
    plain!(handshake.tickets),
    plain!(handshake.stateful_tickets),
    plain!(handshake.peer_chain_in_sessions),
    plain!(handshake.ech_grease),
    plain!(handshake.ech_alpn_outside),
    setting!(handshake.ech_keys, write_ech_keys, read_ech_keys),
    plain!(handshake.ech_trial_decryption),
    plain!(handshake.ticket_lifetime),
    setting!(
        handshake.certificate_compression,
        |own: &[Arc<dyn CertificateCompression>]| list(
            own.iter().map(|it| format!("{:04x}", it.algorithm().0))
        ),
        |line: &mut Line<'_>| line.list(compression)
    ),
    plain!(handshake.grease),
    plain!(handshake.permute_extensions),
    setting!(handshake.foreign_extensions, write_foreign_extensions, read_foreign_extensions),
    setting!(handshake.limits, write_limits, read_limits),
    setting!(padding, write_padding, read_padding),
    plain!(max_record_size),
    setting!(update_keys_after, |after: &Option<u64>| option(*after), |line: &mut Line<'_>| line
        .option(number)),
];

/// Stands for a list that is there and empty.
const EMPTY: &str = "none";

fn write_key_share_groups(groups: &Option<Vec<NamedGroup>>) -> String {
    option(groups.as_ref().map(|groups| match groups.as_slice() {
        [] => EMPTY.to_owned(),
        listed => groups_in_hex(listed),
    }))
}

/// Groups by their code points, with commas in between.
pub(crate) fn groups_in_hex(groups: &[NamedGroup]) -> String {
    list(groups.iter().map(|group| format!("{:04x}", group.0)))
}

/// The same read.
pub(crate) fn read_groups(line: &mut Line<'_>) -> Result<Vec<NamedGroup>, Reason> {
    line.list(|word| code_point(word).map(NamedGroup))
}

fn read_key_share_groups(line: &mut Line<'_>) -> Result<Option<Vec<NamedGroup>>, Reason> {
    line.option(|word| match word {
        EMPTY => Ok(Vec::new()),
        word => word.split(',').map(|word| code_point(word).map(NamedGroup)).collect(),
    })
}

/// Keys are logged: without effect on the bytes, but each is told as a milestone. No field shows it.
const KEY_LOG: &str = "key_log";

/// The same config with this provider, which asks its caller for all that it would answer itself.
pub(crate) fn asking(config: &Config, crypto: CryptoProvider) -> ConfigBuilder {
    let mut builder = bare(crypto.clone());
    builder.handshake = (**config.handshake()).clone();
    builder.handshake.crypto = crypto;
    builder.padding = config.padding();
    builder.max_record_size = config.max_record_size();
    builder.update_keys_after = config.update_keys_after();
    builder
}

/// The defaults, asking for everything.
pub(crate) fn bare(crypto: CryptoProvider) -> ConfigBuilder {
    let mut builder = Config::builder(crypto);
    builder.trust = Trust::ask();
    builder.credentials = Credentials::Ask;
    builder.asks_stop_input = true;
    builder
}

/// The lines of a config; `None` if it is set to what no line can say.
pub(crate) fn lines(config: &ConfigBuilder) -> Option<Vec<String>> {
    let values: Vec<_> =
        SETTINGS.iter().map(|setting| format!("{} {}", setting.name, (setting.write)(config))).collect();
    let mut again = bare(config.handshake.crypto.clone());
    for value in &values {
        read(&mut again, &mut Line::new(0, value)).ok()?;
    }
    let shown = |config: &handshake::Config| format!("{config:?}");
    let mut lines: Vec<_> = values.into_iter().map(|value| format!("config {value}")).collect();
    if shown(&config.handshake) != shown(&again.handshake) {
        danger::log_keys(&mut again.handshake);
        lines.push(format!("config {KEY_LOG}"));
    }
    (shown(&config.handshake) == shown(&again.handshake)).then_some(lines)
}

/// Takes a setting, which is named by the line's next word.
pub(crate) fn read(config: &mut ConfigBuilder, line: &mut Line<'_>) -> Result<(), Reason> {
    let name = line.word();
    if name == KEY_LOG {
        danger::log_keys(&mut config.handshake);
        return Ok(());
    }
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let setting = setting.ok_or_else(|| format!("there is no setting {name:?}"))?;
    (setting.read)(config, line).map_err(|reason| format!("{name}: {reason}"))
}

/// Four hexadecimal digits.
pub(crate) fn code_point(word: &str) -> Result<u16, Reason> {
    u16::from_str_radix(word, 16).map_err(|_| format!("{word:?} is no code point"))
}

fn byte_strings(strings: &[Vec<u8>]) -> String {
    list(strings.iter().map(|string| hex(string)))
}

fn read_byte_strings(line: &mut Line<'_>) -> Result<Vec<Vec<u8>>, Reason> {
    line.list(bytes)
}

/// One of the library's own, with its cargo feature; another one's code is not in the record.
fn compression(word: &str) -> Result<Arc<dyn CertificateCompression>, Reason> {
    let algorithm = code_point(word).map(CertificateCompressionAlgorithm)?;
    let known = certificate_compression::all().into_iter().find(|known| known.algorithm() == algorithm);
    known.ok_or_else(|| format!("certificates compressed by {algorithm} are not built in"))
}

/// In place of a body: the extension is not sent. One that is sent may be empty.
const UNSAID: &str = "unsaid";

fn write_foreign_extensions(extensions: &[ForeignExtension]) -> String {
    let body = |body: &Option<Vec<u8>>| body.as_deref().map_or_else(|| UNSAID.to_owned(), hex);
    list(extensions.iter().map(|own| {
        let place = match own.answered_in {
            AnsweredIn::EncryptedExtensions => "encrypted_extensions",
            AnsweredIn::Certificate => "certificate",
        };
        let (request, answer) = (body(&own.request), body(&own.answer));
        format!("{:04x}:{place}:{request}:{answer}:{}", own.extension_type.0, own.required)
    }))
}

fn read_foreign_extensions(line: &mut Line<'_>) -> Result<Vec<ForeignExtension>, Reason> {
    let body = |word: &str| if word == UNSAID { Ok(None) } else { bytes(word).map(Some) };
    line.list(|word| match word.split(':').collect::<Vec<_>>()[..] {
        [extension_type, place, request, answer, required] => Ok(ForeignExtension {
            extension_type: code_point(extension_type).map(ExtensionType)?,
            answered_in: match place {
                "encrypted_extensions" => AnsweredIn::EncryptedExtensions,
                "certificate" => AnsweredIn::Certificate,
                other => return Err(format!("{other:?} answers no extension")),
            },
            request: body(request)?,
            answer: body(answer)?,
            required: number(required)?,
        }),
        _ => Err(format!("{word:?} is no extension")),
    })
}

fn write_limits(limits: &Limits) -> String {
    let Limits {
        message,
        certificates,
        psks,
        ticket_age_tolerance,
        skipped_early_data,
        tickets,
        certificate_requests,
        unanswered_certificate_requests,
    } = limits;
    let tolerance = ticket_age_tolerance.as_millis();
    format!(
        "{message} {certificates} {psks} {tolerance} {skipped_early_data} {tickets} {certificate_requests} \
         {unanswered_certificate_requests}"
    )
}

fn read_limits(line: &mut Line<'_>) -> Result<Limits, Reason> {
    Ok(Limits {
        message: line.number()?,
        certificates: line.number()?,
        psks: line.number()?,
        ticket_age_tolerance: Duration::from_millis(line.number()?),
        skipped_early_data: line.number()?,
        tickets: line.number()?,
        certificate_requests: line.number()?,
        unanswered_certificate_requests: line.number()?,
    })
}

/// The configs alone: private keys are not written down.
fn write_ech_keys(keys: &[EchKey]) -> String {
    list(keys.iter().map(|key| {
        let retry = if key.is_retry_config() { "" } else { "not_for_retry:" };
        format!("{retry}{}", hex(key.config()))
    }))
}

fn read_ech_keys(line: &mut Line<'_>) -> Result<Vec<EchKey>, Reason> {
    line.list(|word| {
        let config = word.strip_prefix("not_for_retry:");
        let key = public_half(&bytes(config.unwrap_or(word))?)?;
        Ok(if config.is_some() { key.not_for_retry() } else { key })
    })
}

/// The key of an ECHConfig, of which there is only what it says: another is to take its place.
fn public_half(config: &[u8]) -> Result<EchKey, Reason> {
    let key = EchKey::kept_elsewhere(config, |algorithm, public_key| {
        Arc::new(PublicHalf { algorithm, public_key: public_key.to_vec() })
    });
    key.map_err(|error| error.to_string())
}

#[derive(Debug)]
struct PublicHalf {
    algorithm: KeyExchangeAlgorithm,
    public_key: Vec<u8>,
}

impl StaticKey for PublicHalf {
    fn algorithm(&self) -> KeyExchangeAlgorithm {
        self.algorithm
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    fn agree(&self, _: &[u8]) -> Result<SharedSecret, CryptoError> {
        Err(CryptoError)
    }
}

fn write_padding(padding: &PaddingPolicy) -> String {
    match padding {
        PaddingPolicy::None => "none".to_owned(),
        PaddingPolicy::ToMultipleOf(step) => step.to_string(),
        PaddingPolicy::ToFull => "full".to_owned(),
    }
}

fn read_padding(line: &mut Line<'_>) -> Result<PaddingPolicy, Reason> {
    Ok(match line.word() {
        "none" => PaddingPolicy::None,
        "full" => PaddingPolicy::ToFull,
        step => PaddingPolicy::ToMultipleOf(number::<NonZeroU16>(step)?),
    })
}

fn write_ticket_request(request: &Option<ClientTicketRequest>) -> String {
    option(request.map(|request| format!("{}:{}", request.new_session_count, request.resumption_count)))
}

fn read_ticket_request(line: &mut Line<'_>) -> Result<Option<ClientTicketRequest>, Reason> {
    line.option(|word| {
        let counts = word.split_once(':').ok_or_else(|| format!("{word:?} is no ticket request"))?;
        Ok(ClientTicketRequest { new_session_count: number(counts.0)?, resumption_count: number(counts.1)? })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use handfast::crypto::rustcrypto;

    #[test]
    fn every_field_of_a_config_has_a_line() {
        // The provider and the carrier are given; what a script says is not recorded, and refused.
        const ELSEWHERE: [&str; 4] = ["crypto", "carrier", "script", KEY_LOG];
        let shown = format!("{:#?}", bare(rustcrypto::provider()).handshake);
        let fields: Vec<_> = shown
            .lines()
            .filter_map(|line| line.strip_prefix("    ").filter(|line| !line.starts_with([' ', '}', ']'])))
            .filter_map(|line| line.split_once(':').map(|(name, _)| name))
            .collect();
        assert!(fields.len() > 25, "{fields:?}");
        for field in fields {
            let has_line = SETTINGS.iter().any(|setting| setting.name == field);
            assert!(has_line || ELSEWHERE.contains(&field), "{field} has no line in the record");
        }
    }

    #[test]
    fn a_config_comes_back_from_its_lines() {
        let mut config = bare(rustcrypto::provider());
        config.handshake.application_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.handshake.oid_filters = vec![(vec![6, 1, 1], vec![])];
        config.handshake.ticket_request =
            Some(ClientTicketRequest { new_session_count: 2, resumption_count: 0 });
        config.handshake.record_size_limit = Some(64);
        let own = ForeignExtension::new(ExtensionType(0xff42), b"mine");
        let silent = ForeignExtension { answered_in: AnsweredIn::Certificate, request: None, ..own.clone() };
        let empty = ForeignExtension { answer: Some(vec![]), required: true, ..silent.clone() };
        config.handshake.foreign_extensions = vec![own, silent, empty];
        config.padding = PaddingPolicy::ToFull;
        config.max_record_size = 63;
        danger::log_keys(&mut config.handshake);
        let mut again = bare(rustcrypto::provider());
        for text in lines(&config).unwrap() {
            let mut line = Line::new(1, &text);
            assert_eq!(line.word(), "config");
            read(&mut again, &mut line).unwrap();
        }
        assert_eq!(format!("{again:?}"), format!("{config:?}"));
    }

    #[test]
    fn scripted_extensions_have_no_lines() {
        let mut config = bare(rustcrypto::provider());
        danger::script_extensions(&mut config.handshake, danger::ScriptedMessage::ClientHello, vec![]);
        assert!(lines(&config).is_none());
    }
}
