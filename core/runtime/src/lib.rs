//! Runs plugins: the contract, capabilities, egress and limits. No diesel, no actix.
