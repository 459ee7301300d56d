//! Tables of the installation itself.

diesel::table! {
    chores (name) {
        name -> Text,
        next_at -> BigInt,
    }
}

diesel::table! {
    deletions (tenant_id, begun_at) {
        tenant_id -> Text,
        begun_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        again -> Bool,
        row_count -> BigInt,
        document_count -> BigInt,
    }
}

diesel::table! {
    checkups (tenant_id, subject) {
        tenant_id -> Text,
        subject -> Text,
        plugin_id -> Text,
        steps_json -> Text,
        begun_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}
