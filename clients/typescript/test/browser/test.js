/** As much of `node:test` as the tests need, for pages: `results` runs what was registered, one after the other. */
const registered = [];

export default function test(name, work) {
  registered.push([name, work]);
}

/** What each test came to: its name, and the error or null. */
export async function results() {
  const found = [];
  for (const [name, work] of registered) {
    try {
      await work();
      found.push([name, null]);
    } catch (error) {
      found.push([name, String(error)]);
    }
  }
  return found;
}
