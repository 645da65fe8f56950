//! Distinguished names and their comparison (RFC 5280 §4.1.2.4, §7.1).

use alloc::string::String;
use alloc::vec::Vec;

use super::name_text::{self, Characters, Prepared};
use crate::pki::asn1::{Asn1Error, DerReader, Lapse, LapseRule, Oid, Value, tag};

/// A distinguished name, borrowed from its DER.
///
/// ```text
/// Name ::= CHOICE { rdnSequence  RDNSequence }
/// RDNSequence ::= SEQUENCE OF RelativeDistinguishedName
/// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
/// AttributeTypeAndValue ::= SEQUENCE { type AttributeType, value AttributeValue }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// The whole name, so that equal bytes are an equal name.
    pub der: &'a [u8],
    rdns: &'a [u8],
}

/// One RDN that stands for a name below another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelativeDistinguishedName<'a> {
    contents: &'a [u8],
}

/// One attribute of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The attribute's type.
    pub attribute_type: Oid<'a>,
    /// The identifier octet of the value.
    pub tag: u8,
    /// The content octets of the value.
    pub value: &'a [u8],
}

/// Octets of a length in a [`NormalizedName`].
const LENGTH_LEN: usize = size_of::<u32>();

/// A name in a form whose bytes are equal for names that match by §7.1.
///
/// RDN by RDN, each with its length, so that a name lies within a subtree exactly if the subtree's form is a
/// prefix of the name's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NormalizedName {
    bytes: Vec<u8>,
    comparable: bool,
}

impl<'a> Name<'a> {
    pub(crate) fn read(
        reader: &mut DerReader<'a>,
        field: &'static str,
        lapses: &mut Vec<Lapse>,
    ) -> Result<Self, Asn1Error> {
        let sequence = reader.expect(field, tag::SEQUENCE)?;
        let mut rdns = sequence.reader();
        while !rdns.is_empty() {
            let set = rdns.expect("RelativeDistinguishedName", tag::SET)?;
            let mut attributes = set.reader();
            let mut before: &[u8] = &[];
            if attributes.is_empty() {
                return Err(set.invalid());
            }
            while !attributes.is_empty() {
                let attribute = attributes.expect("AttributeTypeAndValue", tag::SEQUENCE)?;
                read_attribute(attribute.reader())?;
                if attribute.whole < before {
                    lapses.push(set.lapse(LapseRule::SetNotSorted));
                }
                before = attribute.whole;
            }
        }
        Ok(Self { der: sequence.whole, rdns: sequence.contents })
    }

    /// Reads a name that stands alone.
    ///
    /// # Errors
    /// [`Asn1Error`] if it is not one.
    pub fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut reader = DerReader::new(der);
        let name = Self::read(&mut reader, "Name", &mut Vec::new())?;
        reader.end("Name")?;
        Ok(name)
    }

    /// Is the sequence of RDNs empty?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The relative distinguished names, in the order of the certificate.
    pub fn rdns(&self) -> impl Iterator<Item = impl Iterator<Item = Attribute<'a>> + use<'a>> + use<'a> {
        self.sets().map(attributes)
    }

    /// The contents of each RDN.
    fn sets(&self) -> impl Iterator<Item = DerReader<'a>> + use<'a> {
        let mut rdns = DerReader::new(self.rdns);
        core::iter::from_fn(move || Some(rdns.expect("RelativeDistinguishedName", tag::SET).ok()?.reader()))
    }

    /// All attributes of all RDNs.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        self.rdns().flatten()
    }

    /// Are the two names the same by §7.1?
    #[must_use]
    pub fn matches(&self, other: &Name<'_>) -> bool {
        if self.der == other.der {
            return true;
        }
        let (mut ours, mut theirs) = (self.sets(), other.sets());
        loop {
            match (ours.next(), theirs.next()) {
                (Some(our), Some(their)) if set_matches(our, their) => {}
                (None, None) => return true,
                _ => return false,
            }
        }
    }

    /// The form to compare by.
    #[must_use]
    pub fn normalized(&self) -> NormalizedName {
        let mut normalized =
            NormalizedName { bytes: Vec::with_capacity(2 * self.der.len()), comparable: true };
        self.sets().for_each(|set| normalized.push(set));
        normalized
    }
}

impl<'a> RelativeDistinguishedName<'a> {
    /// Reads the contents of the set under whatever tag.
    pub(crate) fn from_contents(set: &Value<'a>) -> Result<Self, Asn1Error> {
        let mut attributes = set.reader();
        while !attributes.is_empty() {
            read_attribute(attributes.sequence("AttributeTypeAndValue")?)?;
        }
        Ok(Self { contents: set.contents })
    }

    /// The form of the name that stands right below `parent` by this one.
    pub(crate) fn below(&self, parent: &NormalizedName) -> NormalizedName {
        let mut name = parent.clone();
        name.push(DerReader::new(self.contents));
        name
    }
}

impl NormalizedName {
    fn push(&mut self, set: DerReader<'_>) {
        let rdn = self.begin();
        // A set has no order.
        if attributes(set).nth(1).is_some() {
            let mut forms: Vec<Self> = attributes(set).map(|attribute| attribute.normalized()).collect();
            forms.sort_unstable();
            for form in forms {
                self.bytes.extend_from_slice(&form.bytes);
                self.comparable &= form.comparable;
            }
        } else {
            attributes(set).for_each(|attribute| self.push_attribute(&attribute));
        }
        self.end(rdn);
    }

    fn push_attribute(&mut self, attribute: &Attribute<'_>) {
        let form = self.begin();
        let attribute_type = self.begin();
        self.bytes.extend_from_slice(attribute.attribute_type.contents());
        self.end(attribute_type);
        match Prepared::new(attribute.tag, attribute.value) {
            Some(text) => {
                self.bytes.push(0);
                text.for_each(|character| {
                    self.comparable &= name_text::has_one_spelling(character);
                    self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                });
            }
            None => {
                // Only equal octets are surely equal.
                self.comparable &= !name_text::is_string(attribute.tag);
                self.bytes.push(attribute.tag);
                self.bytes.extend_from_slice(attribute.value);
            }
        }
        self.end(form);
    }

    /// Leaves room for the length of what follows.
    fn begin(&mut self) -> usize {
        self.bytes.extend_from_slice(&[0; LENGTH_LEN]);
        self.bytes.len()
    }

    /// Fills in the length of what began there.
    fn end(&mut self, start: usize) {
        let length = u32::try_from(self.bytes.len() - start).unwrap_or(u32::MAX).to_be_bytes();
        if let Some(room) = self.bytes.get_mut(start - LENGTH_LEN..start) {
            room.copy_from_slice(&length);
        }
    }

    /// The form's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Is this name the same as `subtree`, or below it (RFC 5280 §4.2.1.10)?
    #[must_use]
    //= R5280-4.2.1.10-16
    pub fn is_within(&self, subtree: &Self) -> bool {
        self.bytes.starts_with(&subtree.bytes)
    }

    /// Are all attribute values strings that we can compare, or no strings? If not, a mismatch proves nothing.
    #[must_use]
    pub const fn is_comparable(&self) -> bool {
        self.comparable
    }
}

impl Attribute<'_> {
    /// The characters of the value, or `None` if it is no string or cannot be decoded.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Characters::new(self.tag, self.value).map(Iterator::collect)
    }

    /// Are the two attributes the same by §7.1?
    //= R5280-4.1.2.6-10
    //= R5280-4.1.2.6-17
    //= R5280-4.2.1.10-17
    fn matches(&self, other: &Attribute<'_>) -> bool {
        self.attribute_type == other.attribute_type
            && match (Prepared::new(self.tag, self.value), Prepared::new(other.tag, other.value)) {
                (Some(ours), Some(theirs)) => ours.eq(theirs),
                (None, None) => (self.tag, self.value) == (other.tag, other.value),
                _ => false,
            }
    }

    fn normalized(&self) -> NormalizedName {
        let mut form = NormalizedName { bytes: Vec::new(), comparable: true };
        form.push_attribute(self);
        form
    }
}

fn attributes<'a>(mut set: DerReader<'a>) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
    core::iter::from_fn(move || read_attribute(set.sequence("attribute").ok()?).ok())
}

/// Are the two RDNs the same by §7.1? One attribute each is the rule, and several have no order.
fn set_matches(ours: DerReader<'_>, theirs: DerReader<'_>) -> bool {
    let (mut our, mut their) = (attributes(ours), attributes(theirs));
    match ((our.next(), our.next()), (their.next(), their.next())) {
        ((Some(our), None), (Some(their), None)) => our.matches(&their),
        ((Some(_), Some(_)), (Some(_), Some(_))) => {
            let form = |set| {
                let mut form = NormalizedName::default();
                form.push(set);
                form.bytes
            };
            form(ours) == form(theirs)
        }
        _ => false,
    }
}

fn read_attribute(mut sequence: DerReader<'_>) -> Result<Attribute<'_>, Asn1Error> {
    //= R5280-4.1.2.4-6
    //= R5280-4.1.2.4-7
    //= R5280-4.1.2.4-8
    //= R5280-4.1.2.6-8
    //= R5280-4.1.2.6-9
    let attribute_type = sequence.oid("type")?;
    let value = sequence.any("value")?;
    sequence.end("AttributeTypeAndValue")?;
    Ok(Attribute { attribute_type, tag: value.tag, value: value.contents })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(contents.len()).unwrap()][..], contents].concat()
    }

    /// CN and O (by the last octet of their types) in RDNs of one attribute each.
    fn name(attributes: &[(u8, u8, &[u8])]) -> Vec<u8> {
        let rdn = |(kind, tag, value): &(u8, u8, &[u8])| {
            let attribute = [tlv(0x06, &[0x55, 0x04, *kind]), tlv(*tag, value)].concat();
            tlv(tag::SET, &tlv(tag::SEQUENCE, &attribute))
        };
        tlv(tag::SEQUENCE, &attributes.iter().flat_map(rdn).collect::<Vec<_>>())
    }

    fn same(left: (u8, &[u8]), right: (u8, &[u8])) -> bool {
        let left = name(&[(3, left.0, left.1)]);
        let right = name(&[(3, right.0, right.1)]);
        Name::from_der(&left).unwrap().matches(&Name::from_der(&right).unwrap())
    }

    //= R5280-4.1.2.6-10 test
    //= R5280-4.1.2.6-17 test
    //= R5280-4.2.1.10-17 test
    #[test]
    fn names_match_regardless_of_case_white_space_and_string_type() {
        let printable = (tag::PRINTABLE_STRING, &b"Good CA"[..]);
        assert!(same(printable, (tag::PRINTABLE_STRING, b"  gOOD   cA ")));
        assert!(same(printable, (tag::UTF8_STRING, b"Good CA")));
        assert!(same(printable, (tag::TELETEX_STRING, b"Good CA")));
        assert!(same(printable, (tag::BMP_STRING, b"\0G\0o\0o\0d\0 \0C\0A")));
        assert!(same((tag::PRINTABLE_STRING, b"a"), (tag::UNIVERSAL_STRING, b"\0\0\0A")));
        assert!(same((tag::UTF8_STRING, "ÄRGER".as_bytes()), (tag::UTF8_STRING, "ärger".as_bytes())));
        assert!(!same(printable, (tag::PRINTABLE_STRING, b"GoodCA")));
        assert!(!same(printable, (tag::PRINTABLE_STRING, b"Good CB")));
    }

    #[test]
    fn strings_that_cannot_be_decoded_match_only_themselves() {
        let broken = (tag::UTF8_STRING, &b"\xff"[..]);
        assert!(same(broken, broken));
        assert!(!same(broken, (tag::UTF8_STRING, b"\xfe")));
        let der = name(&[(3, broken.0, broken.1)]);
        assert!(!Name::from_der(&der).unwrap().normalized().is_comparable());
        assert!(!same((tag::TELETEX_STRING, b"\xc4"), (tag::UTF8_STRING, "Ä".as_bytes())));
    }

    #[test]
    fn texts_with_other_spellings_are_incomparable() {
        let is_comparable = |text: &str| {
            let der = name(&[(10, tag::UTF8_STRING, text.as_bytes())]);
            Name::from_der(&der).unwrap().normalized().is_comparable()
        };
        for text in ["Evil Corp.", "Ärger & Söhne", "Ελλάδα", "Ёж", "株式会社", "カタカナ", "한국"]
        {
            assert!(is_comparable(text), "{text}");
        }
        for text in [
            "Ｅvil",
            "E\u{301}vil",
            "Evi\u{200b}l",
            "ﬁrm",
            "Straße",
            "ὀδός",
            "ｶﾀｶﾅ",
            "Ⅳ",
            "𝐄vil",
            "E\u{ff}vil\u{a0}²",
        ] {
            assert!(!is_comparable(text), "{text}");
        }
    }

    #[test]
    fn order_matters_between_rdns_and_not_within_one() {
        let (o, cn) = ((10, 0x0c, &b"o"[..]), (3, 0x0c, &b"cn"[..]));
        let (first, second) = (name(&[o, cn]), name(&[cn, o]));
        assert!(!Name::from_der(&first).unwrap().matches(&Name::from_der(&second).unwrap()));
        let attribute = |kind: u8, value: &[u8]| {
            tlv(tag::SEQUENCE, &[tlv(0x06, &[0x55, 0x04, kind]), tlv(0x0c, value)].concat())
        };
        let multi = |parts: [Vec<u8>; 2]| tlv(tag::SEQUENCE, &tlv(tag::SET, &parts.concat()));
        let sorted = multi([attribute(3, b"x"), attribute(10, b"y")]);
        let unsorted = multi([attribute(10, b"y"), attribute(3, b"x")]);
        assert!(Name::from_der(&sorted).unwrap().matches(&Name::from_der(&unsorted).unwrap()));
        let mut lapses = Vec::new();
        Name::read(&mut DerReader::new(&unsorted), "subject", &mut lapses).unwrap();
        assert_eq!(lapses.first().map(|lapse| lapse.rule), Some(LapseRule::SetNotSorted));
    }

    #[test]
    fn names_match_exactly_if_their_normalized_forms_are_equal() {
        let one = [
            name(&[]),
            name(&[(3, 0x13, b"Name")]),
            name(&[(3, 0x0c, b"  NAME ")]),
            name(&[(3, 0x0c, b"name x")]),
            name(&[(3, 0x1e, b"\0n\0a\0m\0e")]),
            name(&[(3, 0x1e, b"\0n\0a\0m")]),
            name(&[(3, 0x0c, b"\xff")]),
            name(&[(3, 0x0c, b"")]),
            name(&[(3, 0x04, b"name")]),
            name(&[(10, 0x13, b"name")]),
            name(&[(3, 0x13, b"Name"), (10, 0x0c, b"")]),
            name(&[(10, 0x0c, b""), (3, 0x13, b"Name")]),
        ];
        let set = |attributes: &[(u8, &[u8])]| {
            let attribute = |(kind, value): &(u8, &[u8])| {
                tlv(tag::SEQUENCE, &[tlv(0x06, &[0x55, 0x04, *kind]), tlv(0x0c, value)].concat())
            };
            let attributes: Vec<u8> = attributes.iter().flat_map(attribute).collect();
            tlv(tag::SEQUENCE, &tlv(tag::SET, &attributes))
        };
        let several = [
            set(&[(3, b"Name"), (10, b"Org")]),
            set(&[(10, b"ORG"), (3, b"name")]),
            set(&[(10, b"ORG"), (3, b"name"), (3, b"name")]),
            set(&[(3, b"Name"), (11, b"Org")]),
        ];
        let names: Vec<Name<'_>> =
            one.iter().chain(&several).map(|der| Name::from_der(der).unwrap()).collect();
        for left in &names {
            for right in &names {
                let equal = left.normalized() == right.normalized();
                assert_eq!(left.matches(right), equal, "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn a_subtree_holds_itself_and_what_is_below_it() {
        let below = name(&[(10, 0x0c, b"Org"), (3, 0x0c, b"x")]);
        let subtree = name(&[(10, 0x13, b"ORG")]);
        let other = name(&[(10, 0x0c, b"Or")]);
        let form = |der: &[u8]| Name::from_der(der).unwrap().normalized();
        assert!(form(&below).is_within(&form(&subtree)));
        assert!(form(&subtree).is_within(&form(&subtree)));
        assert!(!form(&subtree).is_within(&form(&below)));
        assert!(!form(&below).is_within(&form(&other)));
        assert!(form(&below).is_within(&form(&name(&[]))));
    }

    #[test]
    fn names_are_shown_as_rfc_4514_says() {
        let der = name(&[(6, 0x13, b"DE"), (10, 0x0c, b"A, B + C"), (3, 0x0c, b" #x\0 ")]);
        assert_eq!(Name::from_der(&der).unwrap().to_string(), r"CN=\ #x\00\ ,O=A\, B \+ C,C=DE");
        let unknown = name(&[(99, 0x0c, b"x")]);
        assert_eq!(Name::from_der(&unknown).unwrap().to_string(), "2.5.4.99=#0c0178");
        assert_eq!(Name::from_der(&name(&[])).unwrap().to_string(), "");
    }

    //= R5280-4.1.2.6-5 test
    #[test]
    fn empty_rdns_are_refused() {
        assert!(Name::from_der(&tlv(tag::SEQUENCE, &tlv(tag::SET, &[]))).is_err());
    }
}
