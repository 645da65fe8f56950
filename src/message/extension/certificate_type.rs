//! `client_certificate_type` and `server_certificate_type`: RFC 7250 §3.

use super::super::{CertificateType, CodePoints, ExtensionBody, ExtensionType};
use crate::wire::{Decode, DecodeError, Encode, Reader, Writer};

//= R7250-3-2
/// Declares the list of a ClientHello and the selection of EncryptedExtensions for one of the two extensions.
macro_rules! certificate_type {
    (
        $(#[$list_attribute:meta])* $list:ident { $list_field:ident },
        $(#[$selected_attribute:meta])* $selected:ident { $selected_field:ident },
        $extension_type:ident
    ) => {
        $(#[$list_attribute])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $list<'a> {
            /// In order of preference.
            pub $list_field: CodePoints<'a, CertificateType>,
        }

        impl<'a> From<&'a [CertificateType]> for $list<'a> {
            fn from(types: &'a [CertificateType]) -> Self {
                Self { $list_field: types.into() }
            }
        }

        impl<'a> Decode<'a> for $list<'a> {
            const NAME: &'static str = stringify!($list);

            fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                Ok(Self { $list_field: CodePoints::read(r, stringify!($list_field), 1..=255)? })
            }
        }

        impl<'a> ExtensionBody<'a> for $list<'a> {
            const TYPE: ExtensionType = ExtensionType::$extension_type;
        }

        impl Encode for $list<'_> {
            fn encode(&self, out: &mut Writer<'_>) {
                self.$list_field.write(out, 1..=255);
            }
        }

        $(#[$selected_attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $selected {
            /// One of those that the client listed.
            pub $selected_field: CertificateType,
        }

        impl<'a> Decode<'a> for $selected {
            const NAME: &'static str = stringify!($selected);

            fn read(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                Ok(Self { $selected_field: CertificateType(r.u8(stringify!($selected_field))?) })
            }
        }

        impl<'a> ExtensionBody<'a> for $selected {
            const TYPE: ExtensionType = ExtensionType::$extension_type;
        }

        impl Encode for $selected {
            fn encode(&self, out: &mut Writer<'_>) {
                out.u8(self.$selected_field.0);
            }
        }
    };
}

certificate_type! {
    /// How the client can show who it is; in ClientHello.
    ///
    /// ```text
    /// CertificateType client_certificate_types<1..2^8-1>;
    /// ```
    ClientCertificateTypes { client_certificate_types },
    /// How the client is to show who it is; in EncryptedExtensions.
    ///
    /// ```text
    /// CertificateType client_certificate_type;
    /// ```
    ClientCertificateType { client_certificate_type },
    CLIENT_CERTIFICATE_TYPE
}

certificate_type! {
    /// How the client lets the server show who it is; in ClientHello.
    ///
    /// ```text
    /// CertificateType server_certificate_types<1..2^8-1>;
    /// ```
    ServerCertificateTypes { server_certificate_types },
    /// How the server shows who it is; in EncryptedExtensions.
    ///
    /// ```text
    /// CertificateType server_certificate_type;
    /// ```
    ServerCertificateType { server_certificate_type },
    SERVER_CERTIFICATE_TYPE
}
