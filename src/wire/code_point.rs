//! Code points as open newtypes, so that unknown values and GREASE survive.

/// Declares a newtype over a number with the RFC's names as constants.
///
/// ```ignore
/// code_points! {
///     /// …
///     pub struct CipherSuite(u16) { TLS_AES_128_GCM_SHA256 = 0x1301, … }
/// }
/// ```
macro_rules! code_points {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident($number:ty) {
            $( $(#[$constant_attribute:meta])* $constant:ident = $value:literal, )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $number);

        impl $name {
            $( $(#[$constant_attribute])* #[allow(missing_docs)] pub const $constant: Self = Self($value); )*

            /// The RFC's name of this code point, if it is one known here.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some(stringify!($constant)), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}({:#06x})", stringify!($name), self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use code_points;
