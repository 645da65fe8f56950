//! Code points as open newtypes, so that unknown values and GREASE survive.

/// Declares a newtype over a number with the RFC's names as constants.
///
/// ```ignore
/// code_points! {
///     /// …
///     pub struct NamedGroup(u16) { X25519 = 0x001d, X25519MLKEM768 = 0x11ec as "X25519MLKEM768", … }
/// }
/// ```
///
/// The RFC writes most names in lower case; one that it writes otherwise stands behind its number.
macro_rules! code_points {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident($number:ty) {
            $( $(#[$constant_attribute:meta])* $constant:ident = $value:literal $(as $spelling:literal)?, )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $number);

        impl $name {
            $( $(#[$constant_attribute])* #[allow(missing_docs)] pub const $constant: Self = Self($value); )*

            /// The RFC's name of this code point, in the RFC's spelling, if it is one known here.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($crate::wire::spelling!($constant $($spelling)?)), )*
                    _ => None,
                }
            }
        }

        /// The RFC's name; without one the type and the number in hexadecimal.
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                const WIDTH: usize = 2 + 2 * size_of::<$number>();
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}({:#0WIDTH$x})", stringify!($name), self.0),
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

/// A constant's name in the RFC: in lower case, unless the declaration spells it out.
macro_rules! spelling {
    ($constant:ident) => {{
        const LOWER_CASE: [u8; stringify!($constant).len()] = $crate::wire::lower_case(stringify!($constant));
        const NAME: &str = match core::str::from_utf8(&LOWER_CASE) {
            Ok(name) => name,
            Err(_) => stringify!($constant),
        };
        NAME
    }};
    ($constant:ident $spelling:literal) => {
        $spelling
    };
}

/// `name`, all `N` bytes of it, in lower case.
pub(crate) const fn lower_case<const N: usize>(name: &str) -> [u8; N] {
    match name.as_bytes().first_chunk::<N>() {
        Some(name) => {
            let mut name = *name;
            name.make_ascii_lowercase();
            name
        }
        None => [b'?'; N],
    }
}

pub(crate) use {code_points, spelling};

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro declares public types")]
mod tests {
    use alloc::string::ToString;

    code_points! {
        /// One byte.
        pub struct Narrow(u8) {
            FIRST_NAME = 1,
            SECOND_NAME = 2 as "SecondName",
        }
    }

    code_points! {
        /// Two bytes.
        pub struct Wide(u16) {
            ONLY = 0x0102,
        }
    }

    #[test]
    fn known_code_points_show_their_name_in_the_spelling_of_the_rfc() {
        assert_eq!(Narrow::FIRST_NAME.to_string(), "first_name");
        assert_eq!(Narrow::SECOND_NAME.to_string(), "SecondName");
        assert_eq!(Wide::ONLY.name(), Some("only"));
    }

    #[test]
    fn unknown_code_points_show_type_and_number_as_wide_as_on_the_wire() {
        assert_eq!(Narrow(200).to_string(), "Narrow(0xc8)");
        assert_eq!(Narrow(3).to_string(), "Narrow(0x03)");
        assert_eq!(Wide(0x0a0a).to_string(), "Wide(0x0a0a)");
        assert_eq!(Wide(1).name(), None);
    }
}
