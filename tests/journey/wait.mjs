// Waiting, always with an end.

// Tries again until it answers something, or says what didn't come in time. An error marked as final
// ends the wait at once; others count as "not yet".
export async function until(secs, what, attempt, pauseMillis = 250) {
  const end = Date.now() + secs * 1000;
  let last;
  for (;;) {
    try {
      const found = await attempt();
      if (found) return found;
      last = undefined;
    } catch (error) {
      if (error.final) throw error;
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${secs} s in vain: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, pauseMillis));
  }
}

// Refuses work that takes longer.
export async function within(secs, what, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${secs} s: ${what}`)), secs * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
