//! How columns become domain types: `row!` for structs, `words!` for enums kept as text, [`Opt`]
//! for optional columns, [`Json`] and [`TextList`] for JSON kept as text.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromStaticSqlRow, Queryable};
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::sql_types::{Nullable, SqlType};
use serde::{Deserialize, Serialize};

/// Declares a struct that diesel maps to a table. A field `name: Type as Column` is kept as
/// `Column` and converted both ways, failing on what isn't a `Type`; columns are described where
/// they are made, in the migrations.
macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $table:ident, [$($derive:ident),* $(,)?] {
            $($(#[$field_meta:meta])* pub $field:ident: $ty:ty $(as $column:ty)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive($(diesel::$derive),*)]
        #[diesel(table_name = crate::schema::$table, treat_none_as_null = true)]
        #[allow(missing_docs, reason = "columns are described in the migrations")]
        pub struct $name {
            $(
                $(#[$field_meta])*
                $(#[diesel(deserialize_as = $column, serialize_as = $column)])?
                pub $field: $ty,
            )*
        }
    };
}

/// Text that is not one of the words a column may hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such {kind}: {text:?}")]
pub struct UnknownWord {
    /// The enum.
    pub kind: &'static str,
    /// What stood there instead, cut to 32 characters.
    pub text: String,
}

/// Declares an enum that is kept as text, one word a variant; the column's CHECK lists the same.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every word, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the database, which translation keys use too.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::columns::UnknownWord;
            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::columns::UnknownWord {
                        kind: stringify!($name),
                        text: text.chars().take(32).collect(),
                    }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::columns::UnknownWord;
            fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> String {
                word.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// An optional column kept as `S` and meant as `T`.
pub struct Opt<S, T>(Option<T>, PhantomData<S>);

impl<S, T> From<Option<T>> for Opt<S, T> {
    fn from(value: Option<T>) -> Self {
        Self(value, PhantomData)
    }
}

impl<S, T> From<Opt<S, T>> for Option<T> {
    fn from(value: Opt<S, T>) -> Self {
        value.0
    }
}

impl<S, T, ST, DB> Queryable<ST, DB> for Opt<S, T>
where
    DB: Backend,
    Option<S>: FromStaticSqlRow<ST, DB>,
    S: TryInto<T>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Row = Option<S>;

    fn build(row: Option<S>) -> deserialize::Result<Self> {
        Ok(Self(row.map(TryInto::try_into).transpose().map_err(Into::into)?, PhantomData))
    }
}

impl<S, T, ST> AsExpression<Nullable<ST>> for Opt<S, T>
where
    ST: SqlType,
    Nullable<ST>: SqlType + TypedExpressionType,
    T: Into<S>,
    Option<S>: AsExpression<Nullable<ST>>,
{
    type Expression = <Option<S> as AsExpression<Nullable<ST>>>::Expression;

    fn as_expression(self) -> Self::Expression {
        self.0.map(Into::into).as_expression()
    }
}

/// A JSON document in a text column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(pub serde_json::Value);

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        Self(value)
    }
}

impl TryFrom<String> for Json {
    type Error = serde_json::Error;
    fn try_from(text: String) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&text).map(Self)
    }
}

impl From<Json> for String {
    fn from(json: Json) -> String {
        json.0.to_string()
    }
}

/// A list of texts, kept as a JSON array.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextList(pub Vec<String>);

impl TryFrom<String> for TextList {
    type Error = serde_json::Error;
    fn try_from(text: String) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&text).map(Self)
    }
}

impl From<TextList> for String {
    fn from(list: TextList) -> String {
        serde_json::Value::from(list.0).to_string()
    }
}
