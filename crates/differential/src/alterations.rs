//! What can be done to a sound chain. Some of it leaves the chain sound.

use crate::certificate::{Damage, GeneralName, NOW, Name, Template, arcs, usage};
use crate::chain::Plan;
use crate::der;
use crate::random::Random;

/// An alteration, and its name in reports.
type Alteration = (&'static str, fn(&mut Plan, &mut Random));

/// All of them; each is as likely as any other.
pub(crate) const ALTERATIONS: &[Alteration] = &[
    ("validity", validity),
    ("basic constraints", basic_constraints),
    ("path length", path_length),
    ("path length", path_length),
    ("key usage of a CA", key_usage_of_ca),
    ("key usage of the peer", key_usage_of_peer),
    ("extended key usage", ext_key_usage),
    ("extended key usage", ext_key_usage),
    ("name constraints", name_constraints),
    ("name constraints", name_constraints),
    ("name constraints", name_constraints),
    ("subject alternative names", subject_alt_names),
    ("subject alternative names", subject_alt_names),
    ("expected name", expected_name),
    ("policies", policies),
    ("policies", policies),
    ("wrong issuer", wrong_issuer),
    ("wrong signer", wrong_signer),
    ("key identifiers", key_identifiers),
    ("damaged signature", damaged_signature),
    ("octet changed after signing", changed_after_signing),
    ("octet changed before signing", changed_before_signing),
    ("octet changed before signing", changed_before_signing),
    ("cut short", cut_short),
    ("cross-signed", cross_signed),
    ("cross-signed", cross_signed),
    ("shuffled", shuffled),
    ("missing intermediate", missing_intermediate),
    ("extra certificates", extra_certificates),
    ("critical extension", unknown_extension),
    ("duplicate extension", duplicate_extension),
    ("version", version),
    ("spelling of a name", spelling),
    ("empty name", empty_name),
    ("self-issued", self_issued),
    ("anchor lower down", anchor_lower_down),
    ("serial number", serial_number),
];

fn validity(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any(random) else { return };
    match random.below(8) {
        0 => certificate.not_after = NOW - 1,
        1 => certificate.not_after = NOW,
        2 => certificate.not_after = NOW + 1,
        3 => certificate.not_before = NOW + 1,
        4 => certificate.not_before = NOW,
        5 => certificate.not_after = certificate.not_before - 1,
        // 2050 and later is GeneralizedTime; 9999 is for ever.
        6 => certificate.not_after = 253_402_300_799,
        _ => certificate.not_before = 0,
    }
}

fn basic_constraints(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any(random) else { return };
    certificate.basic_constraints = match random.below(4) {
        0 => None,
        1 => Some((false, None)),
        2 => Some((false, Some(0))),
        _ => Some((true, None)),
    };
}

fn path_length(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any_ca(random) else { return };
    certificate.basic_constraints =
        Some((true, Some([0, 1, 2, 3, 300].get(random.below(5)).copied().unwrap_or(0))));
}

fn key_usage_of_ca(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any_ca(random) else { return };
    certificate.key_usage = match random.below(4) {
        0 => None,
        1 => Some(0),
        2 => Some(usage::CRL_SIGN | usage::DIGITAL_SIGNATURE),
        _ => Some(usage::KEY_CERT_SIGN),
    };
}

fn key_usage_of_peer(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.own() else { return };
    certificate.key_usage = match random.below(5) {
        0 => None,
        1 => Some(0),
        2 => Some(usage::KEY_ENCIPHERMENT),
        3 => Some(usage::KEY_CERT_SIGN),
        _ => Some(usage::DIGITAL_SIGNATURE | usage::KEY_ENCIPHERMENT),
    };
}

fn ext_key_usage(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any(random) else { return };
    certificate.ext_key_usage = match random.below(6) {
        0 => Vec::new(),
        1 => vec![arcs::SERVER_AUTH],
        2 => vec![arcs::CLIENT_AUTH],
        3 => vec![arcs::ANY_EXTENDED_KEY_USAGE],
        4 => vec![arcs::CODE_SIGNING],
        _ => vec![arcs::CODE_SIGNING, arcs::CLIENT_AUTH, arcs::SERVER_AUTH],
    };
}

/// Constraints that some names of the chains here meet and others do not.
fn constraint(random: &mut Random) -> GeneralName {
    let dns = ["example.com", "a.example.com", "example.org", "", ".example.com", "EXAMPLE.com", "ple.com"];
    let ip: [&[u8]; 4] = [
        &[10, 0, 0, 0, 255, 0, 0, 0],
        &[10, 1, 0, 0, 255, 255, 0, 0],
        &[0; 8],
        &[10, 0, 0, 0, 255, 0, 255, 0],
    ];
    let mailbox = ["example.com", ".example.com", "a@example.com", "example.org"];
    let uri = ["example.com", ".example.com", "example.org"];
    let text = |of: &[&str], random: &mut Random| random.pick(of).copied().unwrap_or_default().to_string();
    match random.below(8) {
        0..4 => GeneralName::Dns(text(&dns, random)),
        4 => GeneralName::Ip(random.pick(&ip).copied().unwrap_or_default().to_vec()),
        5 => GeneralName::Mailbox(text(&mailbox, random)),
        6 => GeneralName::Uri(text(&uri, random)),
        _ => GeneralName::Directory(Name::new(text(&["Server 1", "Intermediate 1", "Nobody"], random))),
    }
}

fn name_constraints(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any_ca(random) else { return };
    match random.below(3) {
        0 => certificate.excluded.push(constraint(random)),
        1 => certificate.permitted.push(constraint(random)),
        _ => {
            certificate.permitted.push(GeneralName::Dns("example.com".into()));
            certificate.excluded.push(constraint(random));
        }
    }
}

fn subject_alt_names(plan: &mut Plan, random: &mut Random) {
    let dns = [
        "a.example.com",
        "*.example.com",
        "A.EXAMPLE.COM",
        "b.example.org",
        "*.com",
        "a*.example.com",
        "a.example.com.",
        "10.0.0.1",
        "a_b.example.com",
        "*",
        "",
        "..",
    ];
    let Some(certificate) = plan.own() else { return };
    let names = &mut certificate.subject_alt_name;
    if random.once_in(2) {
        names.clear();
    }
    match random.below(8) {
        0..4 => names.push(GeneralName::Dns(random.pick(&dns).copied().unwrap_or_default().into())),
        4 => names.push(GeneralName::Ip(vec![10, 0, 0, 1])),
        5 => names.push(GeneralName::Mailbox("a@example.com".into())),
        6 => names.push(GeneralName::Uri("spiffe://example.com/a".into())),
        _ => names.push(GeneralName::Ip(vec![10, 0, 0])),
    }
}

fn expected_name(plan: &mut Plan, random: &mut Random) {
    if plan.question.server {
        let names = ["a.example.com", "b.example.com", "A.Example.Com", "example.com", "x.a.example.com"];
        plan.question.dns = random.pick(&names).map(|name| (*name).into());
    }
}

fn policies(plan: &mut Plan, random: &mut Random) {
    let choices = [arcs::POLICY_1, arcs::POLICY_2, arcs::ANY_POLICY];
    let trusted = plan.certificates.len() - 1;
    for certificate in plan.certificates.iter_mut().take(trusted) {
        certificate.policies = vec![if random.once_in(8) { arcs::POLICY_2 } else { arcs::POLICY_1 }];
    }
    let Some(certificate) = plan.any(random) else { return };
    match random.below(7) {
        0 => certificate.policies = random.pick(&choices).copied().into_iter().collect(),
        1 => certificate.policies.clear(),
        2 => certificate.policy_mapping = Some((arcs::POLICY_1, arcs::POLICY_2)),
        3 => certificate.inhibit_any_policy = Some(u64::from(random.once_in(2))),
        4 => certificate.policies = vec![arcs::POLICY_1, arcs::POLICY_1],
        _ => {
            certificate.policy_constraints =
                Some((Some(u64::from(random.once_in(2))), random.once_in(2).then_some(0)));
        }
    }
}

fn wrong_issuer(plan: &mut Plan, random: &mut Random) {
    if let Some(certificate) = plan.any(random) {
        certificate.issuer = Name::new("Nobody");
    }
}

fn wrong_signer(plan: &mut Plan, random: &mut Random) {
    let keys = plan.keys;
    if let Some(certificate) = plan.any(random) {
        certificate.signer = (certificate.signer + 7) % keys;
    }
}

fn key_identifiers(plan: &mut Plan, random: &mut Random) {
    let keys = plan.keys;
    let Some(certificate) = plan.any(random) else { return };
    match random.below(3) {
        0 => certificate.authority = None,
        1 => certificate.authority = Some((certificate.signer + 5) % keys),
        _ => certificate.subject_key_identifier = false,
    }
}

fn damage(plan: &mut Plan, random: &mut Random, damage: Damage) {
    if let Some(certificate) = plan.any(random) {
        certificate.damage = Some(damage);
    }
}

fn damaged_signature(plan: &mut Plan, random: &mut Random) {
    damage(plan, random, Damage::Signature);
}

/// Octets turn in one bit or in all.
fn octet(random: &mut Random) -> (usize, u8) {
    let offset = random.below(1 << 16);
    let xor = if random.once_in(3) { random.below(255) + 1 } else { 1 << random.below(8) };
    (offset, u8::try_from(xor).unwrap_or(1))
}

fn changed_after_signing(plan: &mut Plan, random: &mut Random) {
    let (offset, xor) = octet(random);
    damage(plan, random, Damage::AfterSigning { offset, xor });
}

fn changed_before_signing(plan: &mut Plan, random: &mut Random) {
    let (offset, xor) = octet(random);
    damage(plan, random, Damage::BeforeSigning { offset, xor });
}

fn cut_short(plan: &mut Plan, random: &mut Random) {
    let octets = 1 + random.below(100);
    damage(plan, random, Damage::Cut { octets });
}

/// A second certificate for a CA of the chain, by another root; the first may have expired or go.
fn cross_signed(plan: &mut Plan, random: &mut Random) {
    let keys = plan.keys;
    let trusted = plan.certificates.len() - plan.anchors.min(plan.certificates.len());
    let index = 1 + random.below(plan.certificates.len() - 1);
    let Some(first) = plan.certificates.get_mut(index) else { return };
    let mut root = first.clone();
    root.subject = Name::new("Other Root");
    root.issuer = root.subject.clone();
    root.key = (first.key + 11) % keys;
    (root.signer, root.authority) = (root.key, Some(root.key));
    let mut second = first.clone();
    (second.issuer, second.signer, second.authority) = (root.subject.clone(), root.key, Some(root.key));
    second.serial_number = der::integer_contents(1 + random.next() / 2);
    match random.below(4) {
        0 => first.not_after = NOW - 1,
        1 => first.damage = Some(Damage::Signature),
        2 if index < trusted => *first = second.clone(),
        _ => {}
    }
    plan.more.push(second);
    if !random.once_in(4) {
        plan.more_anchors.push(root);
    }
}

fn shuffled(plan: &mut Plan, _: &mut Random) {
    plan.shuffled = true;
}

fn missing_intermediate(plan: &mut Plan, random: &mut Random) {
    if plan.certificates.len() > 2 {
        plan.certificates.remove(1 + random.below(plan.certificates.len() - 2));
    }
}

/// Copies, the root itself, and CAs of the same name with another key.
fn extra_certificates(plan: &mut Plan, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let keys = plan.keys;
        let Some(copy) = plan.any(random).map(|certificate| certificate.clone()) else { return };
        let mut copy: Template = copy;
        if random.once_in(2) {
            copy.key = (copy.key + 13) % keys;
        }
        plan.more.push(copy);
    }
    plan.shuffled = random.once_in(2);
}

fn unknown_extension(plan: &mut Plan, random: &mut Random) {
    let critical = random.once_in(2);
    if let Some(certificate) = plan.any(random) {
        certificate.unknown_extension = Some(critical);
    }
}

fn duplicate_extension(plan: &mut Plan, random: &mut Random) {
    if let Some(certificate) = plan.any(random) {
        certificate.duplicate_extension = true;
    }
}

fn version(plan: &mut Plan, random: &mut Random) {
    let version = [0, 1, 3].get(random.below(3)).copied().unwrap_or(0);
    let bare = random.once_in(2);
    let Some(certificate) = plan.any(random) else { return };
    certificate.version = version;
    if bare {
        *certificate = Template {
            basic_constraints: None,
            key_usage: None,
            ext_key_usage: Vec::new(),
            authority: None,
            subject_key_identifier: false,
            subject_alt_name: Vec::new(),
            ..certificate.clone()
        };
    }
}

/// The issuer as RFC 5280 §7.1 compares it: another string type, other case, other spaces.
fn spelling(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any(random) else { return };
    let issuer = &mut certificate.issuer;
    match random.below(4) {
        0 => issuer.printable = true,
        1 => issuer.common_name = issuer.common_name.to_uppercase(),
        2 => issuer.common_name = format!(" {}", issuer.common_name.replace(' ', "   ")),
        _ => issuer.common_name = issuer.common_name.replace(' ', ""),
    }
}

fn empty_name(plan: &mut Plan, random: &mut Random) {
    let index = random.below(plan.certificates.len());
    let old = plan.certificates.get(index).map(|certificate| certificate.subject.clone());
    let Some(old) = old else { return };
    let empty = Name { empty: true, ..old.clone() };
    for certificate in &mut plan.certificates {
        for name in [&mut certificate.subject, &mut certificate.issuer] {
            if *name == old {
                *name = empty.clone();
            }
        }
    }
}

/// A CA gives itself a new key: same name above and below.
fn self_issued(plan: &mut Plan, random: &mut Random) {
    let keys = plan.keys;
    let index = 1 + random.below(plan.certificates.len() - 1);
    let Some(above) = plan.certificates.get(index).cloned() else { return };
    let mut renewed = above.clone();
    renewed.issuer = above.subject.clone();
    renewed.key = (above.key + 17) % keys;
    (renewed.signer, renewed.authority) = (above.key, Some(above.key));
    if let Some(below) = plan.certificates.get_mut(index - 1) {
        (below.signer, below.authority) = (renewed.key, Some(renewed.key));
    }
    plan.certificates.insert(index, renewed);
}

/// An intermediate, or the peer's own certificate, is trusted itself.
fn anchor_lower_down(plan: &mut Plan, random: &mut Random) {
    plan.anchors = 1 + random.below(plan.certificates.len());
}

fn serial_number(plan: &mut Plan, random: &mut Random) {
    let Some(certificate) = plan.any(random) else { return };
    certificate.serial_number = match random.below(5) {
        0 => vec![0],
        1 => vec![0xff],
        2 => vec![0x7f; 20],
        3 => vec![0x7f; 21],
        _ => vec![0, 1],
    };
}
