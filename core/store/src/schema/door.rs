//! Tables of accounts and of the door.

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        phone -> Text,
        password_hash -> Text,
        locale -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    api_tokens (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        member_id -> Text,
        name -> Text,
        ending -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_answers (tenant_id, token_id, key) {
        tenant_id -> Text,
        token_id -> Text,
        key -> Text,
        request_hash -> Text,
        status -> Nullable<BigInt>,
        headers_json -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    calendar_feeds (tenant_id, member_id) {
        tenant_id -> Text,
        member_id -> Text,
        secret_hash -> Text,
        created_at -> BigInt,
        read_at -> Nullable<BigInt>,
        digest -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    invitations (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        email -> Text,
        role -> Text,
        token_hash -> Text,
        invited_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        account_id -> Text,
        tenant_id -> Nullable<Text>,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        address -> Text,
        device -> Text,
        proved_until -> BigInt,
        second_step_elsewhere -> Bool,
    }
}

diesel::table! {
    sign_in_attempts (key) {
        key -> Text,
        window_start -> BigInt,
        count -> BigInt,
        strikes -> BigInt,
        locked_until -> BigInt,
    }
}

diesel::table! {
    totp_keys (account_id) {
        account_id -> Text,
        sealed -> Binary,
        last_step -> BigInt,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recovery_codes (account_id, code_hash) {
        account_id -> Text,
        code_hash -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        credential_id -> Text,
        credential_json -> Text,
        counter -> BigInt,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    openid_identities (id) {
        id -> Text,
        account_id -> Text,
        issuer -> Text,
        subject -> Text,
        label -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ceremonies (token_hash) {
        token_hash -> Text,
        kind -> Text,
        account_id -> Nullable<Text>,
        state_json -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}
