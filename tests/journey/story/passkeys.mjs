// A passkey in the browser's own virtual device: added on the profile, used at the door, removed.
import assert from "node:assert/strict";

export const passkeys = [
  ["a passkey is made on the profile, and recovery codes with it", add],
  ["it gets another name", rename],
  ["it signs in by itself", signIn],
  ["whoever doesn't unlock the device stays outside", stayOutside],
  ["it is removed, and the password is enough again", remove],
];

async function add(trip) {
  const { context, page, kept } = trip;
  kept.device = await context.newCDPSession(page);
  await kept.device.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await kept.device.send("WebAuthn.addVirtualAuthenticator", { options });
  kept.authenticatorId = authenticatorId;
  await trip.open("/profile");
  await trip.press('main a[href="/profile/passkeys/new"]', /^\/profile\/passkeys\/new$/);
  assert.notEqual(await page.locator("main [name=name]").inputValue(), "");
  await trip.look("passkey new");
  await trip.press("[data-passkey] button", /^\/profile\/passkeys$/);
  assert.equal(await page.locator(".codes li").count(), 10);
  await trip.press('main a[href="/profile"]', /^\/profile$/);
  await trip.look("profile with a passkey");
}

async function rename(trip) {
  const { page, traveller } = trip;
  await page.locator('.row [popovertarget^="rename-"]').click();
  await page.locator("[name=passkey_name]").fill(`${traveller.owner} 2`);
  await page.locator('form[action$="/rename"] .button-main').click();
  await page.locator(".row-title", { hasText: `${traveller.owner} 2` }).waitFor();
}

async function signOut(trip) {
  await trip.page.locator(".side-foot summary").click();
  await trip.press('.side-foot form[action="/sign-out"] button', /^\/sign-in$/);
}

async function signIn(trip) {
  await signOut(trip);
  await trip.look("sign in with a passkey");
  await trip.press("[data-passkey] button", /^\/$/);
  await trip.contains("h1", trip.traveller.owner.split(" ")[0]);
}

async function stayOutside(trip) {
  const { page, kept } = trip;
  const verified = (isUserVerified) => kept.device.send("WebAuthn.setUserVerified", { authenticatorId: kept.authenticatorId, isUserVerified });
  await signOut(trip);
  await verified(false);
  await page.locator("[data-passkey] button").click();
  await page.locator('[data-say="failed"]').waitFor();
  assert.equal(trip.path(), "/sign-in");
  await verified(true);
  const { email, password } = trip.traveller;
  await trip.fill({ email, password });
  await trip.press('form[action="/sign-in"] button', /^\/sign-in\/second$/);
  await trip.look("second step with a passkey");
  await trip.press("[data-passkey] button", /^\/$/);
}

async function remove(trip) {
  const { page, kept } = trip;
  await trip.open("/profile");
  await page.locator('.row [popovertarget^="remove-"]').first().click();
  await page.locator('form[action^="/profile/passkeys/"][action$="/remove"] .button-bad-main').click();
  await page.locator('.row [popovertarget^="rename-"]').waitFor({ state: "detached" });
  await kept.device.send("WebAuthn.disable");
}
