//! `supported_groups`: RFC 9846 §4.3.7 (8446 §4.2.7).

use super::super::{CodePoints, ExtensionBody, ExtensionType, NamedGroup};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The groups that the sender supports, in order of preference.
///
/// ```text
/// struct { NamedGroup named_group_list<2..2^16-1>; } NamedGroupList;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupportedGroups<'a> {
    /// The groups.
    pub named_group_list: CodePoints<'a, NamedGroup>,
}

impl<'a> From<&'a [NamedGroup]> for SupportedGroups<'a> {
    fn from(groups: &'a [NamedGroup]) -> Self {
        Self { named_group_list: groups.into() }
    }
}

impl<'a> Decode<'a> for SupportedGroups<'a> {
    const NAME: &'static str = "NamedGroupList";

    fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { named_group_list: CodePoints::read(r, "named_group_list", 2..=0xffff)? })
    }
}

impl<'a> ExtensionBody<'a> for SupportedGroups<'a> {
    const TYPE: ExtensionType = ExtensionType::SUPPORTED_GROUPS;
}

impl Encode for SupportedGroups<'_> {
    fn encode(&self, out: &mut Writer<'_>) {
        self.named_group_list.write(out, 2..=0xffff);
    }
}
