// Counts what passed and says where something failed. Steps build on each other: after the first that
// fails the rest of that language isn't tried. Checks of pages don't stop the way.
export class Report {
  passed = 0;
  failed = 0;
  #began = Date.now();

  say(line) {
    const secs = ((Date.now() - this.#began) / 1000).toFixed(1).padStart(5);
    console.log(`  ${secs} s  ${line}`);
  }

  pass(name) {
    this.passed += 1;
    if (process.env.JOURNEY_VERBOSE) this.say(`✓ ${name}`);
  }

  fail(name, details) {
    this.failed += 1;
    const indented = details.trimEnd().replace(/^/gm, "           ");
    this.say(`✗ ${name}\n${indented}`);
  }

  // A check that found these problems, or none.
  found(name, problems) {
    if (problems.length) this.fail(name, problems.join("\n"));
    else this.pass(name);
  }

  // The line that the test run adds up, alone on it.
  close() {
    const secs = Math.round((Date.now() - this.#began) / 1000);
    console.log(`\njourney: ${secs} s\n${this.passed} passed, ${this.failed} failed`);
  }
}
