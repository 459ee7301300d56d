// An account at an OpenID provider: linked on the profile, used at the door, given up halfway.
import assert from "node:assert/strict";

const SUBJECT = "7f1c-dana";

export const openid = [
  ["an account elsewhere is linked on the profile", link],
  ["it signs in", signIn],
  ["whoever stops halfway reads so and gets in as before", stop],
  ["it is unlinked, and no longer gets anybody in", unlink],
];

// To the provider, and there a button.
async function provider(trip, button, action) {
  const { page, house } = trip;
  await page.locator(button).click();
  await page.waitForURL((url) => url.origin === house.simulator);
  const asked = new URL(page.url()).searchParams;
  assert.equal(asked.get("redirect_uri"), `${house.base}/sign-in/openid/return`);
  assert.equal(asked.get("code_challenge_method"), "S256");
  assert.ok(asked.get("nonce") && asked.get("state"));
  await page.locator(`input[name=account][value="${SUBJECT}"]`).check();
  await page.locator(`button[value="${action}"]`).click();
  await page.waitForURL((url) => url.origin === house.base);
}

async function signOut(trip) {
  await trip.page.locator(".side-foot summary").click();
  await trip.press('.side-foot form[action="/sign-out"] button', /^\/sign-in$/);
}

async function withPassword(trip) {
  const { email, password } = trip.traveller;
  await trip.fill({ email, password });
  await trip.press('form[action="/sign-in"] button', /^\/$/);
}

async function link(trip) {
  // A sign-in just now is proof enough of who it is.
  await signOut(trip);
  await withPassword(trip);
  await trip.open("/profile");
  await trip.reads("#openid .row-sub", "openid-none");
  await provider(trip, 'form[action="/profile/openid"] button', "continue");
  assert.equal(trip.path(), "/profile");
  await trip.contains("#openid", "dana@example.com");
  await trip.look("profile with a linked account");
}

async function signIn(trip) {
  await signOut(trip);
  await trip.look("sign in with an account elsewhere");
  await provider(trip, 'form[action="/sign-in/openid"] button', "continue");
  assert.equal(trip.path(), "/");
  await trip.contains("h1", trip.traveller.owner.split(" ")[0]);
}

async function stop(trip) {
  await signOut(trip);
  trip.expects.add(400);
  await provider(trip, 'form[action="/sign-in/openid"] button', "cancel");
  await trip.reads("main", "error-openid-declined");
  await trip.look("sign in stopped elsewhere");
  trip.expects.clear();
  await trip.press('main a[href="/sign-in"]', /^\/sign-in$/);
  await withPassword(trip);
}

async function unlink(trip) {
  const { page } = trip;
  await trip.open("/profile");
  await page.locator('[popovertarget^="unlink-"]').first().click();
  await page.locator('form[action^="/profile/openid/"] .button-bad-main').click();
  await page.locator('[popovertarget^="unlink-"]').first().waitFor({ state: "detached" });
  await signOut(trip);
  trip.expects.add(400);
  await provider(trip, 'form[action="/sign-in/openid"] button', "continue");
  await trip.reads("main", "error-openid-unknown");
  await trip.look("sign in by an unknown account");
  trip.expects.clear();
  await trip.press('main a[href="/sign-in"]', /^\/sign-in$/);
  await withPassword(trip);
}
