//! What holds a secret here can't be printed or serialized. A compile error means that it can.

use crate::sessions::SignedIn;
use crate::tenants::{FirstRun, OwnerInput};
use crate::tokens::Tokens;
use crate::{App, secrets};

/// Does not compile when the type has the trait: both implementations below would fit.
macro_rules! lacks {
    ($($type:ty),* $(,)?) => {$(
        lacks!(@ $type, std::fmt::Debug);
        lacks!(@ $type, std::fmt::Display);
        lacks!(@ $type, serde::Serialize);
    )*};
    (@ $type:ty, $($trait:tt)+) => {{
        trait Either<Which> { fn pick() {} }
        impl<T: ?Sized> Either<()> for T {}
        #[allow(dead_code, reason = "stands for a type that has the trait")]
        struct Has;
        impl<T: ?Sized + $($trait)+> Either<Has> for T {}
        <$type as Either<_>>::pick();
    }};
}

#[test]
fn types_that_hold_secrets_can_not_be_printed_or_serialized() {
    lacks!(Tokens, secrets::Opened, SignedIn, OwnerInput, FirstRun, App, crate::Parts);
}
