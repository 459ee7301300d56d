//! Tables of what is put on record and bounded.

diesel::table! {
    egress_entries (tenant_id, plugin_id, id) {
        tenant_id -> Text,
        id -> Text,
        plugin_id -> Text,
        at -> BigInt,
        asker -> Text,
        method -> Text,
        host -> Text,
        path -> Text,
        status -> Nullable<BigInt>,
        bytes -> BigInt,
        ms -> BigInt,
        problem -> Text,
    }
}

diesel::table! {
    installation_entries (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        count -> BigInt,
        detail_json -> Text,
    }
}
