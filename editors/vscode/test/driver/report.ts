// One line for each test, as .ci/editors counts them.

let failures = 0;

/** Says how a test went. */
export function report(name: string, why?: string): void {
  const line = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 600);
  if (why === undefined) process.stdout.write(`ok ${name}\n`);
  else {
    failures += 1;
    process.stdout.write(`not ok ${name}: ${line(why)}\n`);
  }
}

/** Runs a test; what it throws is why it failed. Says whether it passed. */
export async function test(name: string, run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    report(name);
    return true;
  } catch (error) {
    report(name, error instanceof Error ? (error.stack ?? error.message) : String(error));
    return false;
  }
}

/** How many tests failed. */
export function failed(): number {
  return failures;
}
