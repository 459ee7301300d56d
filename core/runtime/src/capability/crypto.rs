//! `crypto`: keyed hashes with a secret that the guest never holds, and plain ones.
//!
//! A key is a secret of the settings whose slot names the algorithms; the token of a connection is
//! never one, so that nobody can ask what a token would sign.

use domain::Secret;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::engine::bindings::oxpi::plugin::crypto;
use crate::engine::state::State;
use crate::manifest::{Algorithm, SlotSource};
use crate::problem::Problem;

/// Bytes that one call hashes; as many as a request's body may have.
const DATA_BYTES_MAX: usize = 8 << 20;

impl crypto::Host for State {
    async fn hmac_sign(
        &mut self,
        slot: String,
        algorithm: String,
        data: Vec<u8>,
    ) -> Result<Vec<u8>, Problem> {
        let (key, algorithm) = self.key(&slot, &algorithm, &data).await?;
        match algorithm {
            Algorithm::Sha1 => {
                Ok(keyed::<Hmac<Sha1>>(&key, &data)?.finalize().into_bytes().to_vec())
            }
            Algorithm::Sha256 => {
                Ok(keyed::<Hmac<Sha256>>(&key, &data)?.finalize().into_bytes().to_vec())
            }
            Algorithm::Sha512 => {
                Ok(keyed::<Hmac<Sha512>>(&key, &data)?.finalize().into_bytes().to_vec())
            }
        }
    }

    async fn hmac_verify(
        &mut self,
        slot: String,
        algorithm: String,
        data: Vec<u8>,
        mac: Vec<u8>,
    ) -> Result<bool, Problem> {
        let (key, algorithm) = self.key(&slot, &algorithm, &data).await?;
        Ok(match algorithm {
            Algorithm::Sha1 => keyed::<Hmac<Sha1>>(&key, &data)?.verify_slice(&mac).is_ok(),
            Algorithm::Sha256 => keyed::<Hmac<Sha256>>(&key, &data)?.verify_slice(&mac).is_ok(),
            Algorithm::Sha512 => keyed::<Hmac<Sha512>>(&key, &data)?.verify_slice(&mac).is_ok(),
        })
    }

    async fn hash(&mut self, algorithm: String, data: Vec<u8>) -> Result<Vec<u8>, Problem> {
        bounded(&data)?;
        match known(&algorithm)? {
            Algorithm::Sha1 => Ok(Sha1::digest(&data).to_vec()),
            Algorithm::Sha256 => Ok(Sha256::digest(&data).to_vec()),
            Algorithm::Sha512 => Ok(Sha512::digest(&data).to_vec()),
        }
    }
}

impl State {
    /// The key of a slot that may be used so.
    async fn key(
        &mut self,
        slot: &str,
        algorithm: &str,
        data: &[u8],
    ) -> Result<(Secret, Algorithm), Problem> {
        let algorithm = known(algorithm)?;
        bounded(data)?;
        let plugin = self.plugin.clone();
        let found = plugin.manifest().slot(slot).filter(|slot| {
            let is_secret = matches!(slot.source, SlotSource::Secret(_));
            is_secret && slot.hmac.contains(&algorithm)
        });
        let Some(slot) = found else {
            let slot: String = slot.chars().take(64).collect();
            return Err(Problem::denied(format!(
                "no slot {slot:?} of the manifest has hmac = [{:?}]",
                algorithm.as_str()
            )));
        };
        self.effect(self.ctx.grant.allows_signing(slot), "signing with this slot")?;
        let key = self.world.services.credential(&self.ctx, slot, None).await?;
        if key.is_empty() {
            return Err(Problem::reconnect(format!("the slot {:?} has no secret yet", slot.id)));
        }
        Ok((key, algorithm))
    }
}

fn known(name: &str) -> Result<Algorithm, Problem> {
    Algorithm::find(name).ok_or_else(|| {
        let names = Algorithm::ALL.map(Algorithm::as_str).join(", ");
        Problem::invalid(format!("the algorithm is one of {names}"))
    })
}

fn bounded(data: &[u8]) -> Result<(), Problem> {
    if data.len() > DATA_BYTES_MAX {
        return Err(Problem::too_large(format!("one call hashes at most {DATA_BYTES_MAX} bytes")));
    }
    Ok(())
}

fn keyed<M: Mac + KeyInit>(key: &Secret, data: &[u8]) -> Result<M, Problem> {
    let mac = <M as Mac>::new_from_slice(key.expose());
    let mut mac = mac.map_err(|_| Problem::internal("the key has no length a hash can take"))?;
    mac.update(data);
    Ok(mac)
}
